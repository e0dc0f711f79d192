import pytest

from meddx.accounts import attempts as module
from meddx.accounts.attempts import ATTEMPT_SECONDS, Attempts
from tests.accounts.test_accounts import Clock


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def attempts(clock):
    return Attempts(clock)


def test_an_attempt_comes_back_once_and_in_its_own_browser(attempts):
    begun, other = attempts.begin("/models"), attempts.begin("")
    assert attempts.take(begun.state, other.browser) is None
    assert attempts.take(begun.state, "") is None
    assert attempts.take("", begun.browser) is None
    assert attempts.take("\u2603", "\u2603") is None
    assert attempts.take(begun.state, begun.browser) == begun
    assert attempts.take(begun.state, begun.browser) is None
    assert attempts.take(other.state, other.browser) == other


def test_nothing_of_an_attempt_is_another_ones_and_none_of_it_is_printed(attempts):
    one, other = attempts.begin(""), attempts.begin("")
    secrets = [getattr(each, name) for each in (one, other) for name in ("browser", "state", "nonce", "verifier")]
    assert len(set(secrets)) == 8
    assert all(len(secret) >= 43 for secret in secrets)  # RFC 7636, 4.1
    assert not any(secret in repr(one) for secret in secrets)


def test_an_attempt_ends_after_its_time(attempts, clock):
    begun, late = attempts.begin(""), attempts.begin("")
    clock.now += ATTEMPT_SECONDS - 1
    assert attempts.take(begun.state, begun.browser) == begun
    clock.now += 1
    assert attempts.take(late.state, late.browser) is None


def test_strangers_fill_no_memory(attempts, clock, monkeypatch):
    monkeypatch.setattr(module, "MOST_ATTEMPTS", 3)
    oldest, *_, newest = [attempts.begin("") for _ in range(5)]
    assert attempts.take(oldest.state, oldest.browser) is None
    assert attempts.take(newest.state, newest.browser) == newest
    assert len(attempts._begun) == 2
    clock.now += ATTEMPT_SECONDS
    attempts.begin("")
    assert len(attempts._begun) == 1
    longest = "/" * module.LONGEST_TARGET
    assert attempts.begin(longest).then == longest
    assert attempts.begin(longest + "/").then == ""
