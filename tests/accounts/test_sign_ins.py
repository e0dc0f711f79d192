import pytest

from meddx.accounts.accounts import Account, Accounts
from meddx.accounts.sign_ins import IDLE_SECONDS, SIGN_IN_SECONDS, SignIns
from tests.accounts.test_accounts import PASSWORD, Clock

ANA = Account("ana", "reader")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def accounts(tmp_path):
    accounts = Accounts(tmp_path / "accounts.sqlite")
    accounts.add("ana", "reader", PASSWORD)
    return accounts


@pytest.fixture
def sign_ins(accounts, clock):
    return SignIns(accounts.path, clock)


def test_a_secret_is_its_accounts_until_it_is_ended(sign_ins):
    token, other = sign_ins.start(ANA), sign_ins.start(ANA)
    assert token != other
    assert sign_ins.account(token) == ANA
    sign_ins.end(token)
    assert sign_ins.account(token) is None
    assert sign_ins.account(other) == ANA
    assert [sign_ins.account(wrong) for wrong in (None, "", token[:-1], token + "a")] == [None] * 4


def test_the_file_does_not_hold_the_secret(sign_ins):
    token = sign_ins.start(ANA)
    held = b"".join(path.read_bytes() for path in sign_ins.path.parent.iterdir())
    assert token.encode() not in held


def test_it_ends_when_not_used(sign_ins, clock):
    token = sign_ins.start(ANA)
    for _ in range(3):
        clock.now += IDLE_SECONDS - 1
        assert sign_ins.account(token) == ANA
    clock.now += IDLE_SECONDS
    assert sign_ins.account(token) is None
    clock.now -= IDLE_SECONDS  # an ended one stays ended
    assert sign_ins.account(token) is None


def test_a_look_that_is_no_use_does_not_put_off_the_end(sign_ins, clock):
    token = sign_ins.start(ANA)
    clock.now += IDLE_SECONDS - 1
    assert sign_ins.account(token, used=False) == ANA
    clock.now += 1
    assert sign_ins.account(token) is None


def test_it_ends_after_its_longest_time_however_much_it_is_used(sign_ins, clock):
    token, begin = sign_ins.start(ANA), clock.now
    while clock.now - begin < SIGN_IN_SECONDS - IDLE_SECONDS / 2:
        clock.now += IDLE_SECONDS / 2
        assert sign_ins.account(token) == ANA
    clock.now = begin + SIGN_IN_SECONDS
    assert sign_ins.account(token) is None


def test_a_removed_account_and_a_new_password_end_it(accounts, sign_ins):
    token = sign_ins.start(ANA)
    accounts.set_password("ana", "another long password")
    assert sign_ins.account(token) is None
    token = sign_ins.start(ANA)
    accounts.remove("ana")
    assert sign_ins.account(token) is None
