"""The database of accounts: one SQLite file that only its owner can read."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

# An account with an identity at a provider has no password: its hash is empty, which no password matches.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS account (
    name TEXT PRIMARY KEY, role TEXT NOT NULL, password_hash TEXT NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0, locked_until REAL NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS sign_in (
    token_hash BLOB PRIMARY KEY, name TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
    started REAL NOT NULL, last_used REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS identity (
    issuer TEXT NOT NULL, subject TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE REFERENCES account (name) ON DELETE CASCADE, PRIMARY KEY (issuer, subject)
) STRICT;
"""
_WAIT_SECONDS = 10.0


@contextmanager
def transaction(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the database, make it where it is missing, and commit at the end or, after an exception, nothing.

    One writer at a time, several processes included; others wait. Raises sqlite3.Error and OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    with closing(sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.executescript(_SCHEMA)
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
