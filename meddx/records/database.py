"""The database of the records, SQLite or PostgreSQL, its transactions, and what is said when it fails."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, TimeoutError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from meddx.errors import Refused

_WAIT_SECONDS = 5
_WRITES = "meddx_writes"
_LOCK = 1835361380
"""Number of the lock that a writer holds in PostgreSQL until its transaction ends."""
_SQLITE_FAULTS = {
    "SQLITE_FULL": "the disk is full; make room",
    "SQLITE_IOERR": "the disk is full or cannot be written; make room or have it mended",
    "SQLITE_READONLY": "it may only be read; give the server's user the right to write",
    "SQLITE_BUSY": "another program keeps it busy; end that one",
    "SQLITE_CANTOPEN": "there is none, or it may not be opened; run `meddx records init`, or give the right to it",
    "SQLITE_NOTADB": "the file is no database; name another, or bring back a copy",
    "SQLITE_CORRUPT": "the file is damaged; bring back a copy",
    "SQLITE_ERROR": "it lacks the tables; run `meddx records init`",
}
"""By the beginning of SQLite's name of an error: what is the matter, and what to do."""
_POSTGRES_FAULTS = {
    "53": "the disk or the server is full; make room",
    "25006": "it may only be read; give the server's user the right to write",
    "42501": "this user may not do that; give the right to it",
    "42P01": "it lacks the tables; run `meddx records init`",
    "55P03": "another program keeps it busy; end that one",
}
"""By the beginning of the SQLSTATE."""
_UNREACHABLE = "it cannot be reached; check that it runs, and its name, user and password"
"""PostgreSQL's driver gives no SQLSTATE of a connection that was not made, and its text may repeat the URL."""


class Database:
    """The database at a path (SQLite) or a URL (PostgreSQL). Raises Refused, every method with "records"."""

    def __init__(self, place: Path | str) -> None:
        self._path = place if isinstance(place, Path) else None
        self.engine = _sqlite(place) if isinstance(place, Path) else _postgres(place)

    def make_file(self) -> None:
        """Make an empty SQLite file that its owner alone may read, where there is none."""
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        except OSError as error:
            why = os.strerror(error.errno) if error.errno else type(error).__name__
            raise _refused(
                f"it cannot be made ({why}); make room, give the right to it, or name another place"
            ) from error

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Yield a connection in a transaction that writes, which an exception undoes."""
        with _said(), self.engine.connect().execution_options(**{_WRITES: True}) as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Yield a session in such a transaction. One program writes at a time."""
        with self.connection() as connection, Session(connection) as session:
            yield session
            session.flush()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session that reads."""
        with _said(), Session(self.engine) as session:
            yield session


@contextmanager
def _said() -> Iterator[None]:
    """Raise for a fault of the database a sentence of ours: its own text may repeat what was to be written."""
    try:
        yield
    except DBAPIError as error:
        raise _refused(_why(error.orig)) from None
    except TimeoutError:  # every connection is in use
        raise _refused("it does not answer; check what keeps it busy") from None


def _why(fault: BaseException | None) -> str:
    if isinstance(fault, sqlite3.Error):
        name = getattr(fault, "sqlite_errorname", "")
        return next(
            (text for start, text in _SQLITE_FAULTS.items() if name.startswith(start)), f"{name}; have it mended"
        )
    state = getattr(fault, "sqlstate", None)
    if state is None:
        return _UNREACHABLE
    found = [text for start, text in _POSTGRES_FAULTS.items() if state.startswith(start)]
    return found[0] if found else f"error {state}; have it mended"


def _refused(why: str) -> Refused:
    return Refused("records", f"The database of records cannot be used: {why}.")


def _sqlite(path: Path) -> Engine:
    address = f"{path.absolute().as_uri()}?mode=rw"  # never made in passing

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, uri=True, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False)

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")  # what is erased is overwritten in the file
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        """Begin ourselves: the driver would leave the making of tables out of the transaction."""
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgres(url: str) -> Engine:
    wait = f"-c lock_timeout={_WAIT_SECONDS}s -c statement_timeout=60s"
    arguments = {"connect_timeout": _WAIT_SECONDS, "options": wait, "application_name": "meddx"}
    engine = create_engine(_url(url), hide_parameters=True, pool_pre_ping=True, pool_size=2, connect_args=arguments)

    @event.listens_for(engine, "begin")
    def _one_writes(connection: Connection) -> None:
        if connection.get_execution_options().get(_WRITES):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")

    return engine


def _url(text: str) -> URL:
    try:
        return make_url(text)
    except (ArgumentError, ValueError):  # may repeat the password
        raise Refused(
            "records-url",
            "MEDDX_RECORDS is a URL that cannot be read: give postgresql://USER:PASSWORD@HOST:PORT/DATABASE, the port "
            "as a number.",
        ) from None
