"""A PostgreSQL server of the tests' own: made in a temporary folder, reached by a Unix socket, stopped at the end."""

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg

from tests.patience import SECONDS

_numbers = count(1)


def binaries():
    """The folder with initdb, as Debian's package lays it out; None where it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    beside = shutil.which("initdb")
    return found[-1].parent if found else Path(beside).parent if beside else None


@dataclass
class Postgres:
    folder: Path

    def database(self):
        """The URL of a new, empty database."""
        name = f"records{next(_numbers)}"
        with psycopg.connect(f"host={self.folder} user=meddx dbname=postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql://meddx@/{name}?host={self.folder}"

    def holds(self, text):
        """Whether a text lies anywhere in the files of the server, written out first."""
        with psycopg.connect(f"host={self.folder} user=meddx dbname=postgres", autocommit=True) as connection:
            connection.execute("CHECKPOINT")
        return any(text in path.read_bytes() for path in self.folder.rglob("*") if path.is_file())


@contextmanager
def running():
    folder = Path(tempfile.mkdtemp(prefix="meddx-pg-"))
    who = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        known = {entry.pw_name for entry in pwd.getpwall()}
        account = pwd.getpwnam("postgres" if "postgres" in known else "nobody")
        os.chown(folder, account.pw_uid, account.pw_gid)
        who = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    data = folder / "data"

    def call(program, *arguments):
        command = [binaries() / program, "-D", data, *arguments]
        result = subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=SECONDS, check=False, **who,
        )  # fmt: skip
        assert result.returncode == 0, result.stdout.decode()

    try:
        call("initdb", "-U", "meddx", "-A", "trust", "-E", "UTF8", "--no-sync", "--no-instructions")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c shared_buffers=16MB"
        call("pg_ctl", "-w", "-l", folder / "log", "-o", options, "start")
        try:
            yield Postgres(folder)
        finally:
            call("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)
