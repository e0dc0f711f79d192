"""The queue of the node: every film that was acknowledged, and what is to be done with it; one SQLite database.

A commit is on the disk before it returns (journal_mode WAL, synchronous FULL), so that a kill or a loss of power leaves
each step either done or still to do. Nothing in it names a patient; UIDs do identify the study.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from meddx.network.node_config import Retry

FilmState = Literal["received", "assigned", "no model", "removed"]
TaskKind = Literal["answer", "send"]
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
    reason TEXT NOT NULL DEFAULT '', UNIQUE (film, kind, rule, peer)
) STRICT;
CREATE INDEX IF NOT EXISTS film_by_state ON film (state, study_instance_uid);
CREATE INDEX IF NOT EXISTS task_by_state ON task (state, kind, due);
"""
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
    """One thing to do with a film: to let the model of a rule answer it, or to send the results to a peer.

    due: seconds since 1970, the earliest time of the next attempt. reason: of the last failure or refusal, or
    what was left out of the results.
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


class NodeQueue:
    """The queue in a folder. Safe to use from many threads, and beside other processes. Raises sqlite3.Error."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._connection.close()

    def add_film(self, sop_instance_uid: str, study_instance_uid: str, sha256: str, sender: str) -> None:
        """Add a film; one that is there already, with the same content, stays as it is.

        One whose files were removed since is taken anew: it will have the same results, under the same UIDs.
        """
        same = (sop_instance_uid, sha256)
        removed = "sop_instance_uid = ? AND sha256 = ? AND state = 'removed'"
        with self._transaction() as database:
            database.execute(f"DELETE FROM task WHERE film IN (SELECT id FROM film WHERE {removed})", same)
            database.execute(f"UPDATE film SET state = 'received', received = ? WHERE {removed}", (time.time(), *same))
            database.execute(
                "INSERT OR IGNORE INTO film (sop_instance_uid, study_instance_uid, sha256, sender, received, state)"
                " VALUES (?, ?, ?, ?, ?, 'received')",
                (sop_instance_uid, study_instance_uid, sha256, sender, time.time()),
            )

    def complete_films(self, quiet_seconds: float) -> list[Film]:
        """Return the films without tasks whose study has been quiet for so long, the first received first."""
        with self._transaction() as database:
            rows = database.execute(
                "SELECT * FROM film WHERE state = 'received' AND study_instance_uid IN (SELECT study_instance_uid FROM"
                " film WHERE state = 'received' GROUP BY 1 HAVING max(received) <= ?) ORDER BY id",
                (time.time() - quiet_seconds,),
            ).fetchall()
        return [Film(*row) for row in rows]

    def assign(self, film: int, rules: Sequence[str], reason: str = "") -> None:
        """Add a task for each rule, or record why no model reads the film."""
        with self._transaction() as database:
            state = "assigned" if rules else "no model"
            database.execute("UPDATE film SET state = ?, reason = ? WHERE id = ?", (state, reason, film))
            for rule in rules:
                self._add_task(database, film, "answer", rule)

    def next_task(self, kind: TaskKind) -> Task | None:
        """Return the task of a kind that is due first, None where none is."""
        with self._transaction() as database:
            row = database.execute(
                "SELECT * FROM task WHERE state = 'waiting' AND kind = ? AND due <= ? ORDER BY due, id LIMIT 1",
                (kind, time.time()),
            ).fetchone()
        return None if row is None else Task(*row)

    def finish(self, task: Task, peers: Sequence[str] = (), remark: str = "") -> None:
        """Record that a task is done; of an answer also, in the same step, to which peers it is to be sent."""
        with self._transaction() as database:
            database.execute("UPDATE task SET state = 'done', reason = ? WHERE id = ?", (remark, task.id))
            for peer in peers:
                self._add_task(database, task.film, "send", task.rule, peer)

    def refuse(self, task: Task, reason: str) -> None:
        """Record why a model does not answer the film; where no model does, that the film has none."""
        with self._transaction() as database:
            database.execute("UPDATE task SET state = 'refused', reason = ? WHERE id = ?", (reason, task.id))
            others = "SELECT 1 FROM task WHERE film = ? AND kind = 'answer' AND state != 'refused'"
            if database.execute(others, (task.film,)).fetchone() is None:
                text = "No model of a rule accepts it."
                database.execute("UPDATE film SET state = 'no model', reason = ? WHERE id = ?", (text, task.film))

    def postpone(self, task: Task, reason: str, retry: Retry) -> None:
        """Record a failed attempt: the task is due again after a pause, or failed for good after the last one."""
        attempts = task.attempts + 1
        state = "failed" if attempts >= retry.attempts else "waiting"
        with self._transaction() as database:
            database.execute(
                "UPDATE task SET state = ?, attempts = ?, due = ?, reason = ? WHERE id = ?",
                (state, attempts, time.time() + retry.pause(attempts), reason, task.id),
            )

    def resend(self, id: int) -> bool:
        """Let a task that has failed, or was sent, be due now; return whether there is such a one."""
        with self._transaction() as database:
            changed = database.execute(
                "UPDATE task SET state = 'waiting', attempts = 0, due = ? WHERE id = ?"
                " AND (state IN ('failed', 'waiting') OR (state = 'done' AND kind = 'send'))",
                (time.time(), id),
            )
            return changed.rowcount == 1

    def film(self, id: int) -> Film:
        """Return the film of a number."""
        with self._transaction() as database:
            return Film(*database.execute("SELECT * FROM film WHERE id = ?", (id,)).fetchone())

    def films(self) -> list[Film]:
        """Return every film, the first received first."""
        with self._transaction() as database:
            return [Film(*row) for row in database.execute("SELECT * FROM film ORDER BY id")]

    def tasks(self) -> list[Task]:
        """Return every task, in the order of the films."""
        with self._transaction() as database:
            return [Task(*row) for row in database.execute("SELECT * FROM task ORDER BY film, id")]

    def removable_films(self, before: float) -> list[Film]:
        """Return the films received before a time, in seconds since 1970, that need nothing any more."""
        with self._transaction() as database:
            rows = database.execute(
                "SELECT * FROM film WHERE received < ? AND state IN ('assigned', 'no model') AND id NOT IN"
                " (SELECT film FROM task WHERE state IN ('waiting', 'failed'))",
                (before,),
            ).fetchall()
        return [Film(*row) for row in rows]

    def mark_removed(self, film: int) -> None:
        """Record that the files of a film are gone."""
        with self._transaction() as database:
            database.execute("UPDATE film SET state = 'removed' WHERE id = ?", (film,))

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # SQLite itself has ended one that found the disk full
                    self._connection.execute("ROLLBACK")
                raise

    @staticmethod
    def _add_task(database: sqlite3.Connection, film: int, kind: TaskKind, rule: str, peer: str = "") -> None:
        database.execute(
            "INSERT OR IGNORE INTO task (film, kind, rule, peer, state, due) VALUES (?, ?, ?, ?, 'waiting', ?)",
            (film, kind, rule, peer, time.time()),
        )
