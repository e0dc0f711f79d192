"""A writer that is killed, a disk that fills up, a file that may only be read: no record that was kept is lost."""

import os
import pwd
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from sqlalchemy import select, text

from meddx.config import ROOT, environment_of_children
from meddx.errors import Refused
from meddx.records.access import records
from meddx.records.tables import OpinionRow
from tests.records.cases import add, case, opinion

WRITER = [sys.executable, "-m", "tests.records.writer"]


def writing(*arguments, **options):
    return subprocess.Popen(
        [*WRITER, *arguments], cwd=ROOT, env=environment_of_children(), stdout=subprocess.PIPE, text=True, **options
    )


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
    printed = set()
    for _ in range(4):
        writer = writing()
        printed.add(writer.stdout.readline().strip())  # it writes now
        time.sleep(moments.uniform(0.0, 0.15))
        writer.send_signal(signal.SIGKILL)
        printed |= set(writer.communicate()[0].split())
        records().check()
        kept = tokens()
        assert "" not in printed
        assert printed <= kept
        add(records(), opinion(), case=case(b"after %d" % len(kept)))  # and it can be written to


def test_a_full_disk_refuses_in_a_sentence_and_keeps_the_rest(begun):
    if isinstance(begun, str):
        pytest.skip("the server's disk, not the writer's")
    writer = writing(str(40_000))
    *kept, refused = writer.communicate()[0].splitlines()
    assert writer.returncode == 0
    assert refused == (
        "refused The database of records cannot be used: the disk is full or cannot be written; make room or have it "
        "mended."
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
