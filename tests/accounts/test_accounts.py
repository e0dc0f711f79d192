import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from meddx.accounts.accounts import LOCK_SECONDS, MOST_FAILURES, Account, Accounts
from meddx.errors import MeddxError, Refused

PASSWORD = "correct horse battery"


class Clock:
    now = 1_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def accounts(tmp_path, clock):
    return Accounts(tmp_path / "state" / "accounts.sqlite", clock)


def refusal(accounts, name, password):
    with pytest.raises(Refused) as caught:
        accounts.check(name, password)
    return caught.value.rule


def test_without_an_account_nothing_is_written(accounts):
    assert not accounts.any()
    assert accounts.all() == []
    assert not accounts.path.exists()


def test_a_name_and_its_password_are_that_account(accounts):
    accounts.add("Ana.Reader", "reader", PASSWORD)
    assert accounts.any()
    assert accounts.check(" ana.reader ", PASSWORD) == Account("ana.reader", "reader")
    assert refusal(accounts, "ana.reader", PASSWORD + " ") == "wrong-password"
    assert refusal(accounts, "nobody", PASSWORD) == "wrong-password"
    assert refusal(accounts, "ana.reader", "x" * 10_000_000) == "wrong-password"


def test_the_file_is_its_owners_and_holds_no_password(accounts):
    accounts.add("ana", "admin", PASSWORD)
    assert stat.S_IMODE(accounts.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(accounts.path.parent.stat().st_mode) == 0o700
    assert PASSWORD.encode() not in accounts.path.read_bytes()


def test_after_wrong_passwords_the_right_one_is_refused_for_a_while(accounts, clock):
    accounts.add("ana", "reader", PASSWORD)
    accounts.add("ben", "reader", PASSWORD)
    assert [refusal(accounts, "ana", "wrong password") for _ in range(MOST_FAILURES)] == [
        "wrong-password"
    ] * MOST_FAILURES
    assert refusal(accounts, "ana", PASSWORD) == "locked"
    assert accounts.check("ben", PASSWORD).name == "ben"
    clock.now += LOCK_SECONDS - 1
    assert refusal(accounts, "ana", PASSWORD) == "locked"
    clock.now += 2
    assert accounts.check("ana", PASSWORD).name == "ana"


def test_guesses_at_the_same_time_are_counted_each(accounts):
    accounts.add("ana", "reader", PASSWORD)
    with ThreadPoolExecutor(8) as threads:
        rules = list(threads.map(lambda guess: refusal(accounts, "ana", f"wrong password {guess}"), range(12)))
    assert rules.count("wrong-password") == MOST_FAILURES
    assert rules.count("locked") == 12 - MOST_FAILURES


def test_wrong_passwords_before_a_right_one_are_forgotten(accounts):
    accounts.add("ana", "reader", PASSWORD)
    for _ in range(3):
        for _ in range(MOST_FAILURES - 1):
            refusal(accounts, "ana", "wrong password")
        assert accounts.check("ana", PASSWORD)


def test_a_new_password_replaces_the_old_one_and_lifts_the_lock(accounts):
    accounts.add("ana", "reader", PASSWORD)
    for _ in range(MOST_FAILURES):
        refusal(accounts, "ana", "wrong password")
    accounts.set_password("ana", "another long password")
    assert accounts.check("ana", "another long password")
    assert refusal(accounts, "ana", PASSWORD) == "wrong-password"


@pytest.mark.parametrize("name", ["", "  ", "-x", "a b", "ana\n", "a" * 65, "ana;drop", "ünal", "a/b", "<b>"])
def test_other_names_are_refused_with_the_rule(accounts, name):
    with pytest.raises(MeddxError, match="choose another"):
        accounts.add(name.replace("ana\n", "ana\nben"), "reader", PASSWORD)
    assert not accounts.any()


@pytest.mark.parametrize("password", ["", "short", "x" * 11, "x" * 1001])
def test_other_passwords_are_refused_with_the_rule(accounts, password):
    with pytest.raises(MeddxError, match="12 to 1000 characters"):
        accounts.add("ana", "reader", password)


def test_a_name_is_given_once(accounts):
    accounts.add("ana", "reader", PASSWORD)
    with pytest.raises(MeddxError, match="already"):
        accounts.add("ANA", "admin", PASSWORD)
    assert accounts.all() == [Account("ana", "reader")]


def test_removing_what_is_not_there_names_it(accounts):
    accounts.add("ana", "reader", PASSWORD)
    for act in (accounts.remove, lambda name: accounts.set_password(name, PASSWORD)):
        with pytest.raises(MeddxError, match="no account ben"):
            act("ben")
    accounts.remove("ana")
    assert not accounts.any()


def test_a_role_may_do_what_those_before_it_may():
    assert [Account("a", "evaluator").may(role) for role in ("reader", "evaluator", "admin")] == [True, True, False]
