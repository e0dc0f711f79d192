import csv
import getpass
import io
import json

import pytest

from meddx.audit.record import audit_log, record
from meddx.cli import main
from tests.commands.test_users import users


@pytest.fixture(autouse=True)
def _own_files(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_ACCOUNTS", str(tmp_path / "accounts.sqlite"))


def audit(capsys, *arguments):
    code = main(["audit", *arguments])
    said = capsys.readouterr()
    return code, said.out or said.err


def test_a_change_of_accounts_is_an_entry_and_so_is_reading_them(monkeypatch, capsys):
    assert audit(capsys, "show")[0] == 2
    users(monkeypatch, "add", "Ana", "--role", "admin")
    users(monkeypatch, "password", "ana", password="another password")
    users(monkeypatch, "add", "ben", password="short")
    users(monkeypatch, "remove", "ana")
    capsys.readouterr()
    code, said = audit(capsys, "show", "--event", "setting", "--json")
    assert code == 0
    assert [(entry["subject"], entry["detail"]) for entry in json.loads(said)] == [
        ("ana", "account added: admin"), ("ana", "password set"), ("ana", "account removed"),
    ]  # fmt: skip
    [read] = [entry for entry in audit_log().entries() if entry.event == "audit-read"]
    assert (read.who, read.detail) == (getpass.getuser(), "event setting")


def test_who_saw_an_image(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MEDDX_AUDIT", str(tmp_path / "log.jsonl"))
    film = tmp_path / "film.dcm"
    film.write_bytes(b"a film")
    record("view", who="ana", data=b"a film")
    record("view", who="ben", data=b"another")
    code, said = audit(capsys, "show", "--image", str(film))
    assert code == 0
    assert said.count("\n") == 1
    assert "  view  ana  " in said


def test_csv_runs_nothing_as_a_formula(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MEDDX_AUDIT", str(tmp_path / "log.jsonl"))
    record("sign-in", "refused", who="=cmd|' /C calc'!A0", subject="+SUM(2)", detail="@SUM(1)")
    _, said = audit(capsys, "show", "--csv")
    [row] = csv.DictReader(io.StringIO(said))
    assert (row["who"][0], row["subject"], row["detail"]) == ("'", "'+SUM(2)", "'@SUM(1)")


def test_verify_and_the_head_that_is_kept_elsewhere(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MEDDX_AUDIT", str(tmp_path / "log.jsonl"))
    for _ in range(3):
        record("view")
    _, head = audit(capsys, "head")
    head = head.strip()
    assert audit(capsys, "verify") == (0, "3 entries, none removed or changed.\n")
    record("view")
    assert audit(capsys, "verify", "--head", head)[0] == 0
    code, said = audit(capsys, "verify", "--head", f"{head[:-1]}{'0' if head[-1] != '0' else '1'}", "--json")
    assert code == 1
    assert json.loads(said)["faults"] == ["Entry 3 is not the one that the kept head states: it was changed."]
    log = audit_log()
    log.path.write_bytes(log.path.read_bytes().replace(b'"who": ""', b'"who": "x"', 1))
    code, said = audit(capsys, "verify")
    assert code == 1
    assert said == "Line 2 does not follow from line 1: one of the two was changed.\n"
    with pytest.raises(SystemExit):
        audit(capsys, "verify", "--head", "3")
