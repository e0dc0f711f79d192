"""Nothing that is done to the file of an audit log goes unnoticed, and what a crash leaves is told from it."""

import itertools
import json
import multiprocessing
import os
import random
import signal
import time

import pytest

from meddx.audit.entry import hash_of, line_of
from meddx.audit.log import AuditLog, LogHead
from meddx.audit.verification import parse_head, verify
from tests.patience import SECONDS


@pytest.fixture
def log(tmp_path):
    log = AuditLog(tmp_path / "audit.jsonl")
    for number in range(1, 7):
        log.append("view", who="ana", subject=f"s{number}")
    assert verify(log).faults == verify(log).remarks == ()
    return log


def lines_of(log):
    return log.path.read_bytes().splitlines(keepends=True)


def test_any_line_that_is_removed_is_missed(log):
    lines = lines_of(log)
    for place in range(len(lines)):
        log.path.write_bytes(b"".join(lines[:place] + lines[place + 1 :]))
        [fault] = verify(log).faults
        assert f"entry {place + 1} is missing" in fault or (place == 5 and "removed from the end" in fault)
    for kept in range(len(lines)):
        log.path.write_bytes(b"".join(lines[:kept]))
        assert verify(log).faults == (
            f"The log ends with entry {kept}, but the head knows 6: entries were removed from the end.",
        )
    log.path.unlink()
    assert verify(log).faults


def test_any_two_lines_that_change_places_are_noticed(log):
    lines = lines_of(log)
    for first, second in itertools.combinations(range(len(lines)), 2):
        changed = list(lines)
        changed[first], changed[second] = changed[second], changed[first]
        log.path.write_bytes(b"".join(changed))
        assert verify(log).faults, (first, second)


def test_any_byte_that_changes_is_noticed(log):
    content = log.path.read_bytes()
    chance = random.Random(7)
    for place in range(0, len(content), 3):
        changed = bytearray(content)
        changed[place] = chance.choice([byte for byte in range(256) if byte != content[place]])
        log.path.write_bytes(changed)
        found = verify(log)
        assert found.faults, place
    log.path.write_bytes(content[:-1])  # but the line feed at the very end, which a writer that is killed may not write
    assert verify(log).faults == ()


def test_a_line_that_no_parser_gets_through_is_named_too(log):
    lines = lines_of(log)
    log.path.write_bytes(b"".join([*lines[:3], b"[" * 60_000 + b"\n", *lines[4:]]))
    assert "Line 4 holds no entry: it was changed." in verify(log).faults


def test_a_line_that_is_put_in_or_written_anew_with_all_hashes_after_it_is_noticed(log):
    lines = lines_of(log)
    log.path.write_bytes(b"".join([*lines[:3], lines[2], *lines[3:]]))
    assert verify(log).faults
    entries, previous = list(log.entries())[:3] + list(log.entries())[4:], "0" * 64
    forged = []
    for entry in entries:
        line = json.dumps(json.loads(line_of(entry)) | {"who": "ben", "previous": previous}).encode()
        previous = hash_of(line)
        forged.append(line)
    log.path.write_bytes(b"\n".join(forged) + b"\n")
    assert verify(log).faults == ("Entry 6 is not the one that the head states: it was changed.",)


def test_a_new_log_with_a_head_of_its_own_is_noticed_by_a_head_kept_elsewhere(log):
    kept = log.head()
    log.append("view")
    assert verify(log, kept).faults == ()
    log.path.unlink()
    log.path.with_name("audit.jsonl.head").unlink()
    log.append("view")
    assert verify(log).faults == ()
    assert "kept head knows 6" in verify(log, kept).faults[0]
    assert parse_head(f"{kept.number}:{kept.hash}") == kept
    for wrong in ("", "6", "6:abc", f"x:{kept.hash}"):
        with pytest.raises(ValueError, match="NUMBER:HASH"):
            parse_head(wrong)


@pytest.mark.parametrize("removed", ["end", "all", "head", "end and head"])
def test_entries_written_afterwards_do_not_hide_what_was_done(log, removed):
    if removed != "head":
        log.path.write_bytes(b"" if removed == "all" else b"".join(lines_of(log)[:4]))
    if "head" in removed:
        log.path.with_name("audit.jsonl.head").unlink()
    log.append("view")
    log.append("view")
    assert verify(log).faults


@pytest.mark.parametrize("cut", [1, 20, 100])
def test_a_line_that_was_cut_off_is_explained_before_and_after_the_next_one(log, cut):
    head = log.head()
    with log.path.open("ab") as file:
        file.write(lines_of(log)[0][:cut])
    found = verify(log)
    assert found.faults == ()
    assert found.remarks == ("Line 7, the last, was cut off as its writer ended.",)
    assert found.last == head
    log.append("export")
    found = verify(log)
    assert found.faults == ()
    assert found.remarks == ("Line 7 was cut off as its writer ended; line 8 says so.",)
    assert [entry.event for entry in log.entries()][-2:] == ["recovered", "export"]
    changed = log.path.read_bytes().splitlines(keepends=True)
    changed[6] = b"{}\n"
    log.path.write_bytes(b"".join(changed))
    assert verify(log).faults


def test_a_line_without_its_end_is_one(log):
    log.path.write_bytes(log.path.read_bytes()[:-1])
    log.append("view")
    found = verify(log)
    assert found.faults == found.remarks == ()
    assert found.last.number == 7


def test_an_entry_that_finds_no_room_leaves_nothing(log, monkeypatch):
    before = log.path.read_bytes()
    real = os.write

    def full(file, data):
        if len(data) < 50:
            raise OSError(28, "No space left on device")
        return real(file, data[:50])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space"):
        log.append("view")
    monkeypatch.undo()
    assert log.path.read_bytes() == before
    log.append("view")
    assert verify(log).faults == ()


def write_on(path, who):
    log = AuditLog(path)
    while True:
        log.append("view", who=who)


def test_writers_that_are_killed_at_any_moment_leave_a_log_that_verifies(tmp_path):
    log = AuditLog(tmp_path / "audit.jsonl")
    chance = random.Random(3)
    start = multiprocessing.get_context("spawn")
    writers = {}
    for name in ("pages", "engine", "command"):
        writers[name] = start.Process(target=write_on, args=(log.path, name), daemon=True)
        writers[name].start()
    give_up = time.monotonic() + SECONDS
    while {entry.who for entry in log.entries()} < set(writers) and time.monotonic() < give_up:
        time.sleep(0.05)
    for writer in writers.values():
        time.sleep(chance.random() * 0.2)
        os.kill(writer.pid, signal.SIGKILL)
        writer.join()
        assert verify(log).faults == ()
    assert {entry.who for entry in log.entries()} - {""} == set(writers)
    log.append("stop")
    found = verify(log)
    assert found.faults == ()
    assert found.last == log.head() == LogHead(found.last.number, hash_of(lines_of(log)[-1].strip()))
