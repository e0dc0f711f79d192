"""When an audit log is written, where, and what of an image it holds."""

import errno

import pytest

from meddx.accounts.accounts import Accounts
from meddx.audit.log import AuditLog
from meddx.audit.record import audit_log, keyed_hash, record
from meddx.config import audit_file
from meddx.errors import Refused
from tests.accounts.test_accounts import PASSWORD


@pytest.fixture(autouse=True)
def _own_files(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_ACCOUNTS", str(tmp_path / "accounts.sqlite"))


def test_it_is_on_with_accounts_and_goes_on_without_them(tmp_path):
    record("view", who="nobody")
    assert audit_log() is None
    assert not list(tmp_path.iterdir())
    Accounts().add("ana", "admin", PASSWORD)
    record("view", who="ana")
    Accounts().remove("ana")
    record("setting", subject="ana")
    assert [entry.event for entry in audit_log().entries()] == ["view", "setting"]
    assert audit_file() == tmp_path / "audit.jsonl"


def test_a_setting_turns_it_on_and_says_where(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_AUDIT", str(tmp_path / "var" / "log.jsonl"))
    record("view")
    assert len(list(AuditLog(tmp_path / "var" / "log.jsonl").entries())) == 1
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "var").iterdir()} == {0o600}


def test_an_image_is_known_by_a_hash_that_takes_the_key(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_AUDIT", str(tmp_path / "a" / "log.jsonl"))
    record("view", data=b"a film")
    record("view", data=b"a film")
    record("view", data=b"another")
    first, second, third = [entry.case for entry in audit_log().entries()]
    assert first == second == keyed_hash(b"a film") != third
    assert len(first) == 32
    monkeypatch.setenv("MEDDX_AUDIT", str(tmp_path / "b" / "log.jsonl"))
    assert keyed_hash(b"a film") != first


def test_half_a_key_does_not_stay(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_AUDIT", str(tmp_path / "log.jsonl"))

    def full(file):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("meddx.audit.record.os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            keyed_hash(b"a film")
    assert not list(tmp_path.iterdir())
    assert keyed_hash(b"a film") == keyed_hash(b"a film")
    assert [path.name for path in tmp_path.iterdir()] == ["log.jsonl.key"]


def test_an_entry_whose_head_cannot_be_written_does_not_stay(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_AUDIT", str(tmp_path / "log.jsonl"))
    (tmp_path / "log.jsonl.head").mkdir()
    with pytest.raises(Refused, match="cannot be written"):
        record("view")
    assert list(audit_log().entries()) == []


def test_what_cannot_be_recorded_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_AUDIT", str(tmp_path / "file" / "log.jsonl"))
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(Refused, match="cannot be written") as refused:
        record("view", data=b"a film")
    assert refused.value.rule == "audit"
