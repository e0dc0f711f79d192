"""A writer that is killed, a disk that fills up, a file that may only be read: no record that was kept is lost."""

import os
import pwd
import random
import resource
import shutil
import signal
import tempfile
import time
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import select, text

from meddx import config
from meddx.errors import Refused
from meddx.records.access import records
from meddx.records.tables import OpinionRow
from tests.records.cases import add, case, opinion


class Writer:
    """A process that records a case with an opinion after the other, and says each opinion's token once it is kept.

    room: bytes that a file may grow by, for a disk that fills up.
    """

    def __init__(self, room=None):
        records().engine.dispose()  # no connection is shared
        reading, self._says = os.pipe()
        self.id = os.fork()
        if self.id == 0:
            os.close(reading)
            try:
                self._write_on(room)
            finally:
                os._exit(0)
        os.close(self._says)
        self.output = os.fdopen(reading)

    def _write_on(self, room):
        if room is not None:
            limit = config.records_place().stat().st_size + room
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        for number in count():
            given = opinion(note=f"note {number}")
            try:
                add(records(), given, case=case(b"image %d" % number, f"{number}.dcm", f"P{number}"))
            except Refused as refused:
                os.write(self._says, f"{refused}\n".encode())
                return
            os.write(self._says, f"{given.token}\n".encode())

    def end(self):
        """The rest of what it said."""
        said = self.output.read().splitlines()
        self.output.close()
        os.waitpid(self.id, 0)
        return said


@pytest.fixture
def begun(place, key):
    """Records that this process and its children open by the settings."""
    records().initialise()
    yield place
    records().engine.dispose()


def tokens():
    with records().database.reading() as session:
        if records().engine.dialect.name == "sqlite":
            assert session.scalar(text("PRAGMA integrity_check")) == "ok"
            assert session.execute(text("PRAGMA foreign_key_check")).all() == []
        return set(session.scalars(select(OpinionRow.token)))


def test_kill_9_at_any_moment_loses_nothing_that_was_kept(begun):
    moments = random.Random(20261128)
    told = set()
    for number in range(10):
        writer = Writer()
        told.add(writer.output.readline().strip())  # it writes now
        time.sleep(moments.uniform(0.0, 0.1))
        os.kill(writer.id, signal.SIGKILL)
        told |= set(writer.end())
        records().check()
        assert "" not in told
        assert told <= tokens()
        add(records(), opinion(), case=case(b"after %d" % number))  # and it can be written to


def test_a_full_disk_refuses_in_a_sentence_and_keeps_the_rest(place, key):
    if isinstance(place, str):
        pytest.skip("the server's disk, not the writer's")
    records().initialise()
    *kept, refused = Writer(room=40_000).end()
    assert refused == (
        "The database of records cannot be used: the disk is full or cannot be written; make room or have it mended."
    )
    assert len(kept) > 1
    assert tokens() == set(kept)
    add(records(), opinion())


def test_a_database_that_may_only_be_read_refuses_and_is_still_read(place, key):
    if not isinstance(place, str):
        pytest.skip("a server's")
    records().initialise()
    with records().database.connection() as connection:
        name = connection.scalar(text("SELECT current_database()"))
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    records().engine.dispose()
    with pytest.raises(Refused, match="may only be read"):
        add(records())
    records().check()
    records().engine.dispose()


def as_somebody_else(act):
    """What a function says in a process of a user who is not root, whom no right to read or write is refused."""
    if os.geteuid() != 0:
        return act()
    nobody = pwd.getpwnam("nobody")
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(nobody.pw_gid)
            os.setuid(nobody.pw_uid)
            said = act()
        except BaseException as error:
            said = repr(error)
        os.write(write, said.encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said


@pytest.fixture
def open_folder():
    """A folder that others may enter."""
    folder = Path(tempfile.mkdtemp(prefix="meddx-records-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_a_file_that_may_only_be_read_refuses_and_is_still_read(open_folder, key, monkeypatch):
    monkeypatch.setenv("MEDDX_ACCOUNTS", str(open_folder / "accounts.sqlite"))
    monkeypatch.setenv("MEDDX_RECORDS", str(open_folder / "records.sqlite"))
    records().initialise()
    add(records())
    for file in open_folder.iterdir():
        file.chmod(0o444)

    def attempt():
        records().check()
        with pytest.raises(Refused) as refused:
            add(records(), opinion())
        return refused.value.reason

    assert as_somebody_else(attempt) == (
        "The database of records cannot be used: it may only be read; give the server's user the right to write."
    )
    (open_folder / "records.sqlite").chmod(0o000)

    def attempt_to_read():
        with pytest.raises(Refused) as refused:
            records().check()
        return refused.value.reason

    assert "it may not be opened" in as_somebody_else(attempt_to_read)


def test_without_the_key_of_the_audit_log_nothing_is_recorded(open_folder, key, monkeypatch):
    monkeypatch.setenv("MEDDX_ACCOUNTS", str(open_folder / "accounts.sqlite"))
    monkeypatch.setenv("MEDDX_RECORDS", str(open_folder / "records.sqlite"))
    records().initialise()
    (open_folder / "audit.jsonl.key").mkdir()
    with pytest.raises(Refused, match=r"The key beside the audit log cannot be read \(Is a directory\)"):
        add(records())
