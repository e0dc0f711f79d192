"""The queue of the node: every film that was acknowledged, and what is to be done with it."""

import sqlite3
import time
from collections.abc import Sequence
from dataclasses import astuple, replace

from meddx.network.node_config import Retry
from meddx.network.node_database import AnsweredLabel, Film, GivenOpinion, Heading, NodeDatabase, Task, TaskKind
from meddx.network.node_reasons import FILE_MISSING, NO_MODEL_ACCEPTS

_REMOVABLE = (
    "received < ? AND state IN ('assigned', 'no model')"
    " AND id NOT IN (SELECT film FROM task WHERE state IN ('waiting', 'failed')"
    " OR (state = 'refused' AND kind = 'send'))"
)
_ANSWERED = (
    "film.id, task.rule FROM film JOIN task ON task.film = film.id"
    " WHERE film.state != 'removed' AND task.kind = 'answer' AND task.state = 'done'"
)


_FIRST_OF_LINES = (
    "SELECT min(id) FROM task WHERE state = 'waiting' AND kind = ? AND NOT stands_aside GROUP BY rule, peer"
    " UNION ALL SELECT id FROM task WHERE state = 'waiting' AND kind = ? AND stands_aside"
)


class NodeQueue(NodeDatabase):
    """The queue in a file. Safe to use from many threads, and beside other processes. Raises sqlite3.Error."""

    def add_film(self, sop_instance_uid: str, study_instance_uid: str, sha256: str, sender: str) -> None:
        """Add a film; one that is there already, with the same content, stays as it is.

        One whose files were removed or lost since is taken anew: it will have the same results, under the same UIDs.
        """
        same = (sop_instance_uid, sha256, FILE_MISSING)
        gone = "sop_instance_uid = ? AND sha256 = ? AND (state = 'removed' OR reason = ?)"
        with self.transaction() as database:
            for table in ("task", "heading"):
                database.execute(f"DELETE FROM {table} WHERE film IN (SELECT id FROM film WHERE {gone})", same)
            again = f"UPDATE film SET state = 'received', reason = '', received = ? WHERE {gone}"
            database.execute(again, (time.time(), *same))
            database.execute(
                "INSERT OR IGNORE INTO film (sop_instance_uid, study_instance_uid, sha256, sender, received, state)"
                " VALUES (?, ?, ?, ?, ?, 'received')",
                (sop_instance_uid, study_instance_uid, sha256, sender, time.time()),
            )

    def complete_films(self, quiet_seconds: float) -> list[Film]:
        """Return the films without tasks whose study has been quiet for so long, the first received first."""
        with self.reading() as database:
            rows = database.execute(
                "SELECT * FROM film WHERE state = 'received' AND study_instance_uid IN (SELECT study_instance_uid FROM"
                " film WHERE state = 'received' GROUP BY 1 HAVING max(received) <= ?) ORDER BY id",
                (time.time() - quiet_seconds,),
            ).fetchall()
        return [Film(*row) for row in rows]

    def assign(self, film: int, rules: Sequence[str], reason: str = "") -> None:
        """Add a task for each rule, or record why no model reads the film."""
        with self.transaction() as database:
            state = "assigned" if rules else "no model"
            database.execute("UPDATE film SET state = ?, reason = ? WHERE id = ?", (state, reason, film))
            for rule in rules:
                self._add_task(database, film, "answer", rule)

    def next_task(self, kind: TaskKind) -> Task | None:
        """Return the task of a kind that is due first, None where none is.

        What one rule has to do, and its results for one peer, are a line each: only the first of a line is done, so
        that results arrive in the order in which the studies were complete. Those that stand aside are in no line.
        """
        with self.reading() as database:
            row = database.execute(
                f"SELECT * FROM task WHERE id IN ({_FIRST_OF_LINES}) AND due <= ? ORDER BY due, id LIMIT 1",
                (kind, kind, time.time()),
            ).fetchone()
        return None if row is None else Task(*row)

    def finish(
        self, task: Task, peers: Sequence[str] = (), remark: str = "", labels: Sequence[AnsweredLabel] = ()
    ) -> None:
        """Record that a task is done; of an answer also, in the same step, what it says and whither it is to go.

        A task that was made due again meanwhile stays so.
        """
        with self.transaction() as database:
            done = "UPDATE task SET state = 'done', reason = ? WHERE id = ? AND due = ?"
            database.execute(done, (remark, task.id, task.due))
            database.executemany(
                "INSERT OR REPLACE INTO answered_label VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", map(astuple, labels)
            )
            for peer in peers:
                self._add_task(database, task.film, "send", task.rule, peer)

    def refuse(self, task: Task, reason: str) -> None:
        """Record why a task cannot be done; where no model answers the film, that the film has none.

        A task that was made due again meanwhile stays so.
        """
        with self.transaction() as database:
            refused = "UPDATE task SET state = 'refused', attempts = attempts + 1, reason = ? WHERE id = ? AND due = ?"
            database.execute(refused, (reason, task.id, task.due))
            others = "SELECT 1 FROM task WHERE film = ? AND kind = 'answer' AND state != 'refused'"
            if database.execute(others, (task.film,)).fetchone() is None:
                given_up = "UPDATE film SET state = 'no model', reason = ? WHERE id = ?"
                database.execute(given_up, (NO_MODEL_ACCEPTS, task.film))

    def postpone(self, task: Task, reason: str, retry: Retry, *, by_itself: bool = False) -> None:
        """Record a failed attempt: the task is due again after a pause, or failed for good after the last one.

        by_itself: whether engine or peer were there and only this did not succeed; then those behind it wait no longer
        after `retry.attempts_in_line`. A task that was made due again meanwhile stays so.
        """
        attempts = task.attempts + 1
        state = "failed" if attempts >= retry.attempts else "waiting"
        stands_aside = task.stands_aside or (by_itself and attempts >= retry.attempts_in_line)
        with self.transaction() as database:
            database.execute(
                "UPDATE task SET state = ?, attempts = ?, due = ?, reason = ?, stands_aside = ?"
                " WHERE id = ? AND due = ?",
                (state, attempts, time.time() + retry.pause(attempts), reason, stands_aside, task.id, task.due),
            )

    def resend(self, id: int) -> bool:
        """Let a task be due now; return whether there is one of this number that is repeatable."""
        with self.transaction() as database:
            row = database.execute("SELECT * FROM task WHERE id = ?", (id,)).fetchone()
            if row is None or not Task(*row).is_repeatable:
                return False
            again = "UPDATE task SET state = 'waiting', attempts = 0, due = ?, stands_aside = 0 WHERE id = ?"
            database.execute(again, (time.time(), id))
            return True

    def film(self, id: int) -> Film:
        """Return the film of a number."""
        with self.reading() as database:
            return Film(*database.execute("SELECT * FROM film WHERE id = ?", (id,)).fetchone())

    def films(self) -> list[Film]:
        """Return every film, the first received first."""
        with self.reading() as database:
            return [Film(*row) for row in database.execute("SELECT * FROM film ORDER BY id")]

    def tasks(self) -> list[Task]:
        """Return every task, in the order of the films."""
        with self.reading() as database:
            return [Task(*row) for row in database.execute("SELECT * FROM task ORDER BY film, id")]

    def held_films(self) -> list[Film]:
        """Return the films that have not been removed, the first received first."""
        with self.reading() as database:
            return [Film(*row) for row in database.execute("SELECT * FROM film WHERE state != 'removed' ORDER BY id")]

    def held_tasks(self) -> list[Task]:
        """Return the tasks of those films, in their order."""
        held = "SELECT * FROM task WHERE film IN (SELECT id FROM film WHERE state != 'removed') ORDER BY film, id"
        with self.reading() as database:
            return [Task(*row) for row in database.execute(held)]

    def removable_films(self, before: float) -> list[Film]:
        """Return the films received before a time, in seconds since 1970, that need nothing any more."""
        with self.reading() as database:
            return [Film(*row) for row in database.execute(f"SELECT * FROM film WHERE {_REMOVABLE}", (before,))]

    def is_removable(self, film: int, before: float) -> bool:
        """Return whether a film is one of those."""
        with self.reading() as database:
            query = f"SELECT 1 FROM film WHERE id = ? AND {_REMOVABLE}"
            return database.execute(query, (film, before)).fetchone() is not None

    def mark_removed(self, film: int) -> None:
        """Record that the files of a film are gone, and forget whose film it was and what models said of it."""
        with self.transaction() as database:
            database.execute("UPDATE film SET state = 'removed' WHERE id = ?", (film,))
            database.execute("DELETE FROM heading WHERE film = ?", (film,))
            database.execute("DELETE FROM answered_label WHERE film = ?", (film,))
            database.execute("DELETE FROM opinion WHERE film = ?", (film,))

    def answered_films(self, sha256: str) -> list[tuple[int, str]]:
        """Return number and rule of the films with this file that a model has answered. sha256: hex."""
        with self.reading() as database:
            return database.execute(f"SELECT {_ANSWERED} AND sha256 = ?", (sha256,)).fetchall()

    def add_opinion(self, opinion: GivenOpinion, peers: Sequence[str]) -> bool:
        """Record an opinion, and that the opinions on this result are to be sent; return whether the result is there.

        One that is there already stays as it is.
        """
        values = astuple(opinion)
        marks = ", ".join("?" * len(values))
        with self.transaction() as database:
            answered = f"SELECT {_ANSWERED} AND film.id = ? AND task.rule = ?"
            if database.execute(answered, (opinion.film, opinion.rule)).fetchone() is None:
                return False
            if not database.execute(f"INSERT OR IGNORE INTO opinion VALUES ({marks})", values).rowcount:
                return True
            for peer in peers:
                self._add_task(database, opinion.film, "opinion", opinion.rule, peer)
                database.execute(
                    "UPDATE task SET state = 'waiting', attempts = 0, due = ?, stands_aside = 0 WHERE film = ?"
                    " AND kind = 'opinion' AND rule = ? AND peer = ?",
                    (time.time(), opinion.film, opinion.rule, peer),
                )
            return True

    def opinions(self, film: int, rule: str) -> list[GivenOpinion]:
        """Return the opinions on the results of a rule on a film, in the order in which they were given."""
        with self.reading() as database:
            rows = database.execute("SELECT * FROM opinion WHERE film = ? AND rule = ? ORDER BY rowid", (film, rule))
            return [GivenOpinion(*row) for row in rows]

    def film_without_heading(self) -> Film | None:
        """Return the film received first of which it is not recorded whose it is, None where there is none."""
        with self.reading() as database:
            row = database.execute(
                "SELECT * FROM film WHERE state != 'removed' AND id NOT IN (SELECT film FROM heading)"
                " ORDER BY id LIMIT 1"
            ).fetchone()
        return None if row is None else Film(*row)

    def add_heading(self, heading: Heading) -> None:
        """Record whose film it is, unless the film has been removed meanwhile."""
        with self.transaction() as database:
            removed = "SELECT 1 FROM film WHERE id = ? AND state = 'removed'"
            if database.execute(removed, (heading.film,)).fetchone() is None:
                values = astuple(heading)
                marks = ", ".join("?" * len(values))
                database.execute(f"INSERT OR REPLACE INTO heading VALUES ({marks})", values)

    def headings(self) -> list[Heading]:
        """Return what is known of patients and studies."""
        with self.reading() as database:
            return [Heading(*row) for row in database.execute("SELECT * FROM heading")]

    def answered_labels(self, besides_findings: Sequence[str] = ()) -> list[AnsweredLabel]:
        """Return what models said of the labels that are findings, and of those that are named, findings or not."""
        with self.reading() as database:
            marks = ", ".join("?" * len(besides_findings))
            rows = database.execute(
                f"SELECT * FROM answered_label WHERE is_finding OR label IN ({marks}) ORDER BY film, probability DESC",
                tuple(besides_findings),
            ).fetchall()
        return [replace(AnsweredLabel(*row), is_calibrated=bool(row[7]), is_finding=bool(row[8])) for row in rows]

    @staticmethod
    def _add_task(database: sqlite3.Connection, film: int, kind: TaskKind, rule: str, peer: str = "") -> None:
        database.execute(
            "INSERT OR IGNORE INTO task (film, kind, rule, peer, state, due) VALUES (?, ?, ?, ?, 'waiting', ?)",
            (film, kind, rule, peer, time.time()),
        )
