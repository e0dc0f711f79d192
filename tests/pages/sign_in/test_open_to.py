import pytest

from pages.ui.sign_in.open_to import is_this_computer


@pytest.mark.parametrize("host", ["localhost", "localhost:8501", "127.0.0.1", "127.9.9.9:80", "::1", "[::1]:8501"])
def test_loopback(host):
    assert is_this_computer(host)


@pytest.mark.parametrize(
    "host", [None, "", "10.0.0.1", "localhost.evil.example", "127.0.0.1.evil.example", "::2", "[::1", "a@127.0.0.1.b"]
)
def test_another(host):
    assert not is_this_computer(host)
