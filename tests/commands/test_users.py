import io

import pytest

from meddx.accounts.accounts import Account, Accounts
from meddx.cli import main


@pytest.fixture(autouse=True)
def _own_file(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_ACCOUNTS", str(tmp_path / "accounts.sqlite"))


def users(monkeypatch, *arguments, password="a long password"):
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
    return main(["users", *arguments])


def test_from_the_first_account_to_none(monkeypatch, capsys):
    assert users(monkeypatch, "add", "Ana", "--role", "admin") == 0
    assert users(monkeypatch, "add", "ben") == 0
    assert users(monkeypatch, "list") == 0
    assert capsys.readouterr().out == "ana\tadmin\nben\treader\n"
    assert Accounts().check("ben", "a long password") == Account("ben", "reader")
    assert users(monkeypatch, "password", "ben", password="another password") == 0
    assert Accounts().check("ben", "another password")
    assert users(monkeypatch, "remove", "ben") == 0
    assert users(monkeypatch, "remove", "ana") == 0
    assert not Accounts().any()


def test_a_fault_is_said_in_one_line_without_the_password(monkeypatch, capsys):
    assert users(monkeypatch, "add", "ana", password="tooshort") == 2
    said = capsys.readouterr().err
    assert said.startswith("meddx users: a password has 12 to 1000 characters")
    assert "tooshort" not in said
    assert said.count("\n") == 1


def test_on_a_terminal_a_slip_changes_nothing(monkeypatch, capsys):
    answers = iter(["a long password", "a longer password"])
    monkeypatch.setattr("sys.stdin", type("Terminal", (io.StringIO,), {"isatty": lambda _: True})())
    monkeypatch.setattr("getpass.getpass", lambda _: next(answers))
    assert main(["users", "add", "ana"]) == 2
    assert "differ" in capsys.readouterr().err
    assert not Accounts().any()
