"""Fifty writers killed with SIGKILL at random moments: chain, databases and everything that was kept are whole."""

import os
import random
import resource
import signal
import sqlite3
import time
from contextlib import closing
from itertools import count

import pytest

from meddx import config
from meddx.accounts.accounts import Accounts
from meddx.accounts.sign_ins import SignIns
from meddx.audit.record import audit_log, record
from meddx.audit.verification import verify
from meddx.errors import Refused
from meddx.records.access import records
from tests.accounts.test_accounts import PASSWORD
from tests.records.cases import add, case, opinion
from tests.records.test_writer_that_ends import tokens

KILLS = 50


class Person:
    """A process in which a person signs in, sees an image, records an opinion and signs out, again and again.

    It says what has been kept, once it is: "opinion TOKEN", "entry SUBJECT", "sign-in SECRET". room: bytes that any
    file may grow by, for a disk that fills up.
    """

    def __init__(self, name, room=None):
        records().engine.dispose()  # no connection is shared
        reading, self._says = os.pipe()
        self.id = os.fork()
        if self.id == 0:
            os.close(reading)
            try:
                self._work(name, room)
            finally:
                os._exit(0)
        os.close(self._says)
        self.output = os.fdopen(reading)

    def _work(self, name, room):
        if room is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            largest = max(path.stat().st_size for path in config.accounts_file().parent.rglob("*") if path.is_file())
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest + room, largest + room))
        account = Accounts().all()[0]
        try:
            for number in count():
                image = f"{name}-{number}"
                record("view", who=account.name, data=image.encode(), subject=image)
                self._say("entry", image)
                given = opinion(note=f"note {image}")
                add(records(), given, case=case(image.encode(), f"{image}.dcm", image))
                self._say("opinion", given.token)
                self._say("sign-in", SignIns().start(account))
        except (Refused, OSError, sqlite3.Error) as error:
            self._say("refused", type(error).__name__)

    def _say(self, *words):
        os.write(self._says, f"{' '.join(words)}\n".encode())

    def end(self):
        """What else it said, in whole lines."""
        said = [line for line in self.output if line.endswith("\n")]
        self.output.close()
        os.waitpid(self.id, 0)
        return said


@pytest.fixture
def begun(tmp_path, key, monkeypatch):
    """Records in SQLite, accounts and an audit log that this process and its children open by the settings."""
    monkeypatch.setenv("MEDDX_ACCOUNTS", str(tmp_path / "state" / "accounts.sqlite"))
    monkeypatch.setenv("MEDDX_RECORDS", "sqlite")
    Accounts().add("ana", "reader", PASSWORD)
    records().initialise()
    yield
    records().engine.dispose()


def check(said):
    """Everything is whole, and holds what was said to be kept."""
    kept = {}
    for line in said:
        kind, _, what = line.strip().partition(" ")
        kept.setdefault(kind, set()).add(what)
    records().check()
    assert kept.get("opinion", set()) <= tokens()
    assert verify(audit_log()).faults == ()
    assert kept.get("entry", set()) <= {entry.subject for entry in audit_log().entries()}
    with closing(sqlite3.connect(config.accounts_file())) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert {SignIns().account(token) for token in kept.get("sign-in", set())} <= set(Accounts().all())


def killed(name, moments, room=None):
    person = Person(name, room)
    said = [person.output.readline()]  # it works now
    time.sleep(moments.uniform(0.0, 0.2))
    os.kill(person.id, signal.SIGKILL)
    return said + person.end()


@pytest.mark.slow
def test_fifty_kills_lose_nothing_that_was_kept(begun):
    moments, said = random.Random(20261129), []
    for number in range(KILLS):
        said += killed(f"killed{number}", moments)
        check(said)
    assert len(said) > 2 * KILLS


@pytest.mark.slow
def test_a_disk_that_fills_up_while_they_are_killed_loses_nothing_that_was_kept(begun):
    moments, said = random.Random(29112026), []
    for number in range(KILLS):
        said += killed(f"full{number}", moments, room=random.Random(number).choice([500, 3000, 9000, 30_000]))
        check(said)
    refusals = sum(line.startswith("refused") for line in said)
    assert 0 < refusals < KILLS
    full = Person("full", 500)
    assert full.end()[-1].startswith("refused")
    said += killed("with room again", moments)
    check(said)
    assert "entry with room again-0\n" in said
