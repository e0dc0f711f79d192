import csv
import io
import sys

import pytest

from meddx import optional_packages
from meddx.audit.record import audit_log, keyed_hash
from meddx.cli import main
from meddx.records.access import records
from meddx.records.encryption import new_key
from meddx.records.reading import RecordFilter, recorded_cases
from tests.records.cases import add, answer, case, opinion


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_ACCOUNTS", str(tmp_path / "accounts.sqlite"))
    monkeypatch.setenv("MEDDX_AUDIT", str(tmp_path / "log.jsonl"))
    monkeypatch.setenv("MEDDX_RECORDS", str(tmp_path / "records.sqlite"))
    monkeypatch.setenv("MEDDX_RECORDS_KEY", new_key())
    return tmp_path / "records.sqlite"


def command(capsys, *arguments):
    code = main(["records", *arguments])
    said = capsys.readouterr()
    return code, said.out + said.err


@pytest.fixture
def two(capsys):
    """One case of P1 with an opinion and one of a patient who is not known."""
    assert command(capsys, "init") == (0, "Tables of revision 0001.\n")
    given = opinion("disagree", "=note", "NODULE")
    add(records(), given, case=case(b"one", "one.dcm"), answer=answer(cautions=["A child."]))
    add(records(), case=case(b"two", "two.png", ""), answer=answer("other"))


def test_nothing_is_kept_until_it_is_asked_for_and_made(capsys, monkeypatch, place):
    code, said = command(capsys, "list")
    assert code == 2
    assert "run `meddx records init`" in said
    assert not place.exists()
    monkeypatch.delenv("MEDDX_RECORDS_KEY")
    assert "make one with `meddx records new-key`" in command(capsys, "init")[1]
    monkeypatch.setenv("MEDDX_RECORDS_KEY", "short")
    code, said = command(capsys, "init")
    assert code == 2
    assert "32 bytes in URL-safe base64" in said
    monkeypatch.delenv("MEDDX_RECORDS")
    assert "No records are kept: set MEDDX_RECORDS" in command(capsys, "list")[1]


def test_a_package_that_is_missing_is_named(capsys, monkeypatch):
    found = optional_packages.find_spec
    monkeypatch.setattr(
        optional_packages, "find_spec", lambda name: None if name in ("psycopg", "alembic") else found(name)
    )
    code, said = command(capsys, "list")
    assert code == 2
    assert "(alembic): run `pip install -r requirements-records.txt`." in said
    monkeypatch.setenv("MEDDX_RECORDS", "postgresql://meddx@db/records")
    assert "(alembic, psycopg): run" in command(capsys, "list")[1]


def test_the_key_may_lie_in_a_file(capsys, monkeypatch, tmp_path):
    monkeypatch.delenv("MEDDX_RECORDS_KEY")
    code, key = command(capsys, "new-key")
    file = tmp_path / "key"
    file.write_text(key)
    monkeypatch.setenv("MEDDX_RECORDS_KEY_FILE", str(file))
    assert (code, command(capsys, "init")[0]) == (0, 0)
    assert command(capsys, "list") == (0, "")


def test_cases_are_listed_and_shown(capsys, two):
    code, said = command(capsys, "list")
    assert code == 0
    newest, oldest = said.splitlines()
    assert newest.startswith("2  ")
    assert newest.endswith(f"  {keyed_hash(b'two')}  other 1.0.0  no opinion")
    assert oldest.endswith("  untrained 1.0.0  1 disagree")
    assert "one.dcm" not in said, "the list does not say whose they are"
    assert len(command(capsys, "list", "--opinion", "none")[1].splitlines()) == 1
    code, said = command(capsys, "show", "1")
    assert code == 0
    for text in ("File: one.dcm", "Image: not kept", "Caution: A child.", "disagree  rather NODULE  =note"):
        assert text in said
    assert [line.strip() for line in said.splitlines() if "EFFUSION  70" in line] == [
        "EFFUSION  70\N{NO-BREAK SPACE}%  cut-off 50\N{NO-BREAK SPACE}%  finding, possible"
    ]
    assert command(capsys, "show", "9")[0] == 2
    told = [(one.event, one.detail) for one in audit_log().entries() if one.event == "record-read"]
    assert told == [("record-read", "all records"), ("record-read", "opinion none"), ("record-read", "case 1")]


def test_the_export_runs_nothing_as_a_formula_and_names_nobody_unless_asked(capsys, two):
    rows = list(csv.DictReader(io.StringIO(command(capsys, "export", "--csv")[1])))
    assert len(rows) == 6
    assert not {"file", "note", "cautions"} & set(rows[0])
    [disagreed] = [row for row in rows if row["opinion"]]
    assert (disagreed["label"], disagreed["corrected_label"], disagreed["reader"]) == ("EFFUSION", "NODULE", "ana")
    named = csv.DictReader(io.StringIO(command(capsys, "export", "--csv", "--with-names", "--who", "ana")[1]))
    assert {(row["file"], row["note"], row["cautions"]) for row in named} == {
        ("one.dcm", "", "A child."), ("one.dcm", "'=note", "A child."),
    }  # fmt: skip
    assert [one.event for one in audit_log().entries()].count("export") == 2


def test_a_patient_is_erased_and_the_audit_log_says_how_much(capsys, two, monkeypatch, tmp_path):
    assert command(capsys, "erase", "--patient", "P2") == (0, "0 rows removed.\n")
    monkeypatch.setattr(sys, "stdin", io.StringIO("P1\n"))
    assert command(capsys, "erase", "--patient", "-") == (0, "6 rows removed.\n")
    film = tmp_path / "two.png"
    film.write_bytes(b"two")
    assert command(capsys, "erase", "--image", str(film)) == (0, "5 rows removed.\n")
    assert list(recorded_cases(records(), RecordFilter())) == []
    told = [(one.subject, one.detail) for one in audit_log().entries() if one.event == "record-erased"]
    assert told == [("patient", "0 rows"), ("patient", "6 rows"), ("image", "5 rows")]
    assert b"P1" not in audit_log().path.read_bytes()


def test_what_is_too_old_is_removed(capsys, two, monkeypatch):
    assert command(capsys, "purge") == (0, "0 rows removed.\n")
    monkeypatch.setenv("MEDDX_RECORDS_DAYS", "0")
    assert command(capsys, "purge") == (0, "11 rows removed.\n")
    assert list(audit_log().entries())[-1].detail == "retention: 11 rows"


def test_a_new_key_takes_the_place_of_the_old_one(capsys, two, monkeypatch):
    import os

    old, new = os.environ["MEDDX_RECORDS_KEY"], new_key()
    monkeypatch.setenv("MEDDX_RECORDS_KEY", new)
    assert "None of the keys given opens" in command(capsys, "rotate-key")[1]
    monkeypatch.setenv("MEDDX_RECORDS_KEY", f"{new},{old}")
    assert command(capsys, "rotate-key")[1].startswith("6 values encrypted anew.")
    monkeypatch.setenv("MEDDX_RECORDS_KEY", new)
    assert "File: one.dcm" in command(capsys, "show", "1")[1]
