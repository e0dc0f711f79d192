"""The database of the node, one SQLite file: films, what is to be done with them, and what their worklist shows.

A commit is on the disk before it returns (journal_mode WAL, synchronous FULL), so that a kill or a loss of power leaves
each step either done or still to do. Headings are patient data: only the owner may read the file, and what is deleted
is overwritten (secure_delete).
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

FilmState = Literal["received", "assigned", "no model", "removed"]
TaskKind = Literal["answer", "send", "opinion"]
TaskState = Literal["waiting", "done", "refused", "failed"]
TASK_STATES: tuple[TaskState, ...] = get_args(TaskState)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS film (
    id INTEGER PRIMARY KEY, sop_instance_uid TEXT NOT NULL, study_instance_uid TEXT NOT NULL, sha256 TEXT NOT NULL,
    sender TEXT NOT NULL, received REAL NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '',
    UNIQUE (sop_instance_uid, sha256)
) STRICT;
CREATE TABLE IF NOT EXISTS task (
    id INTEGER PRIMARY KEY, film INTEGER NOT NULL REFERENCES film (id), kind TEXT NOT NULL, rule TEXT NOT NULL,
    peer TEXT NOT NULL DEFAULT '', state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, due REAL NOT NULL,
    reason TEXT NOT NULL DEFAULT '', stands_aside INTEGER NOT NULL DEFAULT 0, UNIQUE (film, kind, rule, peer)
) STRICT;
CREATE TABLE IF NOT EXISTS heading (
    film INTEGER PRIMARY KEY REFERENCES film (id), patient TEXT NOT NULL, name TEXT NOT NULL, patient_id TEXT NOT NULL,
    sex TEXT NOT NULL, age TEXT NOT NULL, study_date TEXT NOT NULL, study_title TEXT NOT NULL, modality TEXT NOT NULL,
    body_part TEXT NOT NULL, view TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS answered_label (
    film INTEGER NOT NULL REFERENCES film (id), rule TEXT NOT NULL, model TEXT NOT NULL, frame INTEGER NOT NULL,
    label TEXT NOT NULL, title TEXT NOT NULL, probability REAL NOT NULL, is_calibrated INTEGER NOT NULL,
    is_finding INTEGER NOT NULL, PRIMARY KEY (film, rule, frame, label)
) STRICT;
CREATE TABLE IF NOT EXISTS opinion (
    token TEXT PRIMARY KEY, film INTEGER NOT NULL REFERENCES film (id), rule TEXT NOT NULL, fingerprint TEXT NOT NULL,
    frame INTEGER NOT NULL, label TEXT NOT NULL, verdict TEXT NOT NULL, corrected TEXT NOT NULL, note TEXT NOT NULL,
    who TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS film_by_state ON film (state, study_instance_uid);
CREATE INDEX IF NOT EXISTS task_by_line ON task (state, kind, stands_aside, rule, peer, id);
"""
_WITHOUT_LINES = "ALTER TABLE task ADD COLUMN stands_aside INTEGER NOT NULL DEFAULT 0"
"""For a database that an earlier version made."""
_WAIT_SECONDS = 30.0
QUEUE_FILE = "queue.sqlite"
"""In the folder of the node."""


@dataclass(frozen=True)
class Film:
    """A film that was acknowledged. sha256: of its file, hex. received: seconds since 1970. reason: of "no model"."""

    id: int
    sop_instance_uid: str
    study_instance_uid: str
    sha256: str
    sender: str
    received: float
    state: FilmState
    reason: str


@dataclass(frozen=True)
class Task:
    """One thing to do with a film: to let the model of a rule answer it, or to send a peer the results, or readers'
    opinions on them.

    due: seconds since 1970, the earliest time of the next attempt. reason: of the last failure or refusal, or
    what was left out of the results. stands_aside: 1 where those behind it in its line no longer wait for it, else 0.
    """

    id: int
    film: int
    kind: TaskKind
    rule: str
    peer: str
    state: TaskState
    attempts: int
    due: float
    reason: str
    stands_aside: int = 0

    @property
    def aim(self) -> str:
        """Return the peer that it is for, of an answer the rule."""
        return self.peer or self.rule

    @property
    def is_repeatable(self) -> bool:
        """Return whether it may be done again: whatever goes to a peer, and an answer that could not be had yet."""
        return self.kind != "answer" or self.state in ("failed", "waiting")

    @property
    def needs_person(self) -> bool:
        """Return whether it has failed for good, or what should go to a peer was refused."""
        return self.state == "failed" or (self.state == "refused" and self.kind != "answer")


@dataclass(frozen=True)
class Heading:
    """What a film's header says of patient and study, as meddx.types.ImageHeader; patient data."""

    film: int
    patient: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    patient_id: str = field(default="", repr=False)
    sex: str = field(default="", repr=False)
    age: str = field(default="", repr=False)
    study_date: str = field(default="", repr=False)
    study_title: str = field(default="", repr=False)
    modality: str = ""
    body_part: str = ""
    view: str = ""


@dataclass(frozen=True)
class AnsweredLabel:
    """What the model of a rule said of one label on one frame, zero-based. title: of the label, in English."""

    film: int
    rule: str
    model: str
    frame: int
    label: str
    title: str
    probability: float
    is_calibrated: bool
    is_finding: bool


@dataclass(frozen=True)
class GivenOpinion:
    """What a reader said of one label of the results of a rule on one frame, zero-based; verdict "" for none.

    fingerprint: of the card whose answer the reader saw. token: tells it from every other.
    """

    token: str
    film: int
    rule: str
    fingerprint: str
    frame: int
    label: str
    verdict: str
    corrected: str
    note: str = field(repr=False)
    who: str


class NodeDatabase:
    """The database in a file. Safe to use from many threads, and beside other processes. Raises sqlite3.Error."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        self._connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False)
        for setting in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
            self._connection.execute(f"PRAGMA {setting}")
        self._add_lines()
        self._connection.executescript(_SCHEMA)

    def _add_lines(self) -> None:
        columns = [name for _, name, *_ in self._connection.execute("PRAGMA table_info(task)")]
        if columns and "stands_aside" not in columns:
            self._connection.execute(_WITHOUT_LINES)

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection; what is read with it, and by other methods meanwhile, is of one moment.

        It waits for no writer and holds none up.
        """
        with self._lock:
            outermost = not self._connection.in_transaction
            if outermost:
                self._connection.execute("BEGIN")
            try:
                yield self._connection
            finally:
                if outermost and self._connection.in_transaction:  # SQLite itself may have ended it
                    self._connection.execute("ROLLBACK")  # nothing was written

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection; what is done with it is done as a whole or not at all."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # SQLite itself has ended one that found the disk full
                    self._connection.execute("ROLLBACK")
                raise
