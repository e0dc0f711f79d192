"""The configuration of PACS: what is at fault is named, and no secret is repeated."""

import pytest

from meddx.errors import Refused
from meddx.network.pacs_config import configured_pacs, read_pacs_config

WEB = '[[dicomweb]]\nname = "archive"\nurl = "https://pacs.example/dicom-web/"\n'
OLD = '[[dicom]]\nname = "old"\nae_title = "OLD"\nhost = "pacs.example"\nport = 104\n'


@pytest.fixture
def read(tmp_path):
    def of(text, mode=0o600):
        path = tmp_path / "pacs.toml"
        path.write_text(text)
        path.chmod(mode)
        return read_pacs_config(path)

    return of


def test_several_pacs_by_name_with_paths_beside_the_file(read, tmp_path):
    (tmp_path / "word").write_text("open-sesame\n")
    config = read(WEB + 'user = "u"\nsecret_file = "word"\nauthorities = "ca.pem"\n' + OLD)
    assert [pacs.name for pacs in config.all] == ["archive", "old"]
    archive = config.named("archive")
    assert (archive.url, archive.authorities) == ("https://pacs.example/dicom-web", tmp_path / "ca.pem")
    assert archive.read_secret() == "open-sesame"
    assert not any(pacs.takes_results for pacs in config.all), "nothing is sent to a PACS that is not named for it"
    with pytest.raises(Refused, match="choose archive, old"):
        config.named("other")


def test_a_secret_comes_from_the_environment(read, monkeypatch):
    archive = read(WEB + 'secret_env = "WORD"\n').named("archive")
    monkeypatch.setenv("WORD", "open-sesame")
    assert archive.read_secret() == "open-sesame"
    monkeypatch.delenv("WORD")
    with pytest.raises(Refused, match="variable WORD"):
        archive.read_secret()


def test_a_secret_in_the_file_is_for_its_owner_alone(read):
    text = WEB + 'secret = "open-sesame"\n'
    assert read(text).named("archive").read_secret() == "open-sesame"
    assert "open-sesame" not in repr(read(text))
    with pytest.raises(Refused, match="chmod 600") as refused:
        read(text, 0o640)
    assert "sesame" not in refused.value.reason


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no PACS is named"),
        (WEB + WEB, "same name"),
        (WEB + 'sekret = "open-sesame"\n', "sekret"),
        (WEB + "secret = 12345\n", "secret"),
        (WEB + 'user = "u"\n', "needs a password"),
        (WEB + 'secret = "open-sesame"\nsecret_env = "WORD"\n', "give one of"),
        (WEB.replace("https", "http") + 'secret = "open-sesame"\n', "in the clear"),
        (WEB.replace("https://", "https://u:open-sesame@"), "url"),
        (WEB.replace("https", "ftp"), "url"),
        (WEB + 'certificate = "c.pem"\n', "belong together"),
        ('secret = "open-sesame\n', "no TOML"),
    ],
)
def test_a_fault_is_named_without_what_might_be_a_secret(read, text, words):
    with pytest.raises(Refused, match=words) as refused:
        read(text)
    assert not any(word in refused.value.reason for word in ("sesame", "12345"))


def test_the_setting_names_the_file(tmp_path, monkeypatch):
    monkeypatch.delenv("MEDDX_PACS", raising=False)
    assert configured_pacs() is None
    monkeypatch.setenv("MEDDX_PACS", str(tmp_path / "none.toml"))
    with pytest.raises(Refused, match="MEDDX_PACS"):
        configured_pacs()
