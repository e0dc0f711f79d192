import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress

import pytest

from meddx.accounts import identities as module
from meddx.accounts.accounts import Account, Accounts, sign_in_needed
from meddx.accounts.identities import Identity, admit, role_of
from meddx.accounts.sign_ins import SignIns
from meddx.errors import MeddxError, Refused
from meddx.oidc_settings import OidcSettings
from tests.accounts.test_accounts import PASSWORD

ISSUER = "https://login.example"
SETTINGS = OidcSettings(
    ISSUER,
    "meddx",
    "https://meddx.example",
    readers=frozenset({"radiology"}),
    evaluators=frozenset({"research"}),
    admins=frozenset({"it"}),
    groups_claim="groups",
    name_claim="preferred_username",
    scopes="openid",
)


@pytest.fixture
def accounts(tmp_path):
    return Accounts(tmp_path / "accounts.sqlite")


def enter(accounts, *groups, subject="1", name="Ana", issuer=ISSUER):
    return admit(Identity(issuer, subject, name, frozenset(groups)), SETTINGS, accounts.path)


def refusal(accounts, *groups, **who):
    with pytest.raises(Refused) as caught:
        enter(accounts, *groups, **who)
    return caught.value.rule


def test_the_highest_group_gives_the_role():
    assert role_of(frozenset({"radiology", "it", "research"}), SETTINGS) == "admin"
    assert role_of(frozenset({"radiology", "research"}), SETTINGS) == "evaluator"
    assert role_of(frozenset({"radiology", "chess"}), SETTINGS) == "reader"
    assert role_of(frozenset({"Radiology", ""}), SETTINGS) is None


def test_each_sign_in_brings_the_role_that_the_groups_give_now(accounts):
    assert enter(accounts, "it") == Account("ana", "admin", local=False)
    token = SignIns(accounts.path).start(Account("ana", "admin", local=False))
    enter(accounts, "radiology")
    assert SignIns(accounts.path).account(token) == Account("ana", "reader", local=False)
    assert accounts.all() == [Account("ana", "reader", local=False)]


def test_without_a_group_nobody_gets_in_and_earlier_sign_ins_end(accounts):
    assert refusal(accounts) == "no-group"
    assert refusal(accounts, "chess") == "no-group"
    assert accounts.all() == []
    token = SignIns(accounts.path).start(enter(accounts, "radiology"))
    other = SignIns(accounts.path).start(enter(accounts, "it", subject="2", name="ben"))
    assert refusal(accounts, "chess") == "no-group"
    assert SignIns(accounts.path).account(token) is None
    assert SignIns(accounts.path).account(other).name == "ben"


def test_a_person_keeps_the_name_and_another_with_it_is_refused(accounts):
    enter(accounts, "radiology")
    assert enter(accounts, "radiology", name="ana.married").name == "ana"
    assert refusal(accounts, "it", subject="2") == "name-taken"
    assert refusal(accounts, "it", issuer="https://another.example") == "name-taken"
    accounts.add("root", "admin", PASSWORD)
    assert refusal(accounts, "it", subject="3", name=" Root") == "name-taken"
    assert accounts.all() == [Account("ana", "reader", local=False), Account("root", "admin")]


@pytest.mark.parametrize("name", ["", " ", "Ana Maria", "josé", "../x", "a" * 65])
def test_a_name_that_no_account_may_have_is_refused(accounts, name):
    assert refusal(accounts, "radiology", name=name) == "name"
    assert accounts.all() == []


def test_no_password_opens_the_account_and_none_can_be_set(accounts):
    enter(accounts, "it")
    for password in ("", PASSWORD):
        for _ in range(9):
            with pytest.raises(Refused) as caught:
                accounts.check("ana", password)
            assert caught.value.rule == "wrong-password"
    with pytest.raises(MeddxError, match="signs in through the provider"):
        accounts.set_password("ana", PASSWORD)
    with pytest.raises(MeddxError, match="an account ana already"):
        accounts.add("ana", "reader", PASSWORD)


def test_a_removed_account_is_made_again_as_the_groups_say(accounts):
    token = SignIns(accounts.path).start(enter(accounts, "it"))
    accounts.remove("ana")
    assert SignIns(accounts.path).account(token) is None
    assert enter(accounts, "radiology").role == "reader"


def test_a_database_from_before_there_were_providers_takes_them(accounts):
    accounts.add("root", "admin", PASSWORD)
    with closing(sqlite3.connect(accounts.path)) as database:
        database.execute("DROP TABLE identity")
    enter(accounts, "radiology")
    assert accounts.check("root", PASSWORD) == Account("root", "admin")
    assert [one.name for one in accounts.all()] == ["ana", "root"]


def test_a_provider_alone_makes_everybody_sign_in(monkeypatch, tmp_path):
    monkeypatch.setenv("MEDDX_ACCOUNTS", str(tmp_path / "accounts.sqlite"))
    assert not sign_in_needed()
    for name, value in {
        "ISSUER": ISSUER, "CLIENT_ID": "meddx", "ADDRESS": "https://meddx.example", "READERS": "radiology",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"MEDDX_OIDC_{name}", value)
    assert sign_in_needed()


def test_two_first_sign_ins_of_one_person_at_the_same_moment_both_get_in(accounts, monkeypatch):
    both = threading.Barrier(2)
    begin = module.transaction

    def together(path):
        with suppress(threading.BrokenBarrierError):
            both.wait(1)  # whoever comes alone, since the other has no transaction to begin, goes on
        return begin(path)

    monkeypatch.setattr(module, "transaction", together)
    with ThreadPoolExecutor(2) as pool:
        entered = list(pool.map(lambda _: enter(accounts, "radiology"), range(2)))
    assert entered == [Account("ana", "reader", local=False)] * 2
    assert accounts.all() == entered[:1]
