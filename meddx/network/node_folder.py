"""The folder of a node: films by their SHA-256, results by film and rule, the queue, and the lock of its one node."""

import fcntl
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from meddx.errors import Refused
from meddx.network.durable_files import write_folder_durably, written_beside
from meddx.network.node_database import QUEUE_FILE, Film, Task
from meddx.network.node_queue import NodeQueue


class NodeFolder:
    """The files of a node; all of it patient data, for the owner alone. Raises OSError.

    changing: held while a film is put in its place or removed, so that its file and its row in the queue agree.
    """

    def __init__(self, path: Path) -> None:
        self.queue_file = path / QUEUE_FILE
        self.changing = threading.Lock()
        self._path, self._films, self._results = path, path / "films", path / "results"

    def make(self) -> None:
        """Make what is missing of it."""
        for folder in (self._path, self._films, self._results):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def lock(self) -> int:
        """Return the open file that keeps other nodes out. Raises Refused where one is in it."""
        handle = os.open(self._path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            raise Refused(
                "node-runs", "Another node runs in this folder: end it, or configure another folder."
            ) from None
        return handle

    def queue(self) -> NodeQueue:
        """Return the queue of a node that has run here. Raises Refused where none has, or it cannot be opened."""
        if not self.queue_file.exists():
            raise Refused("no-node", f"No node has run in {self._path} yet: start it, or name another configuration.")
        try:
            return NodeQueue(self.queue_file)
        except (OSError, sqlite3.Error):
            raise Refused(
                "no-node", f"{self.queue_file} cannot be opened: run this as the user that the node runs as."
            ) from None

    @contextmanager
    def keeping_film(self, sha256: str, data: bytes) -> Iterator[None]:
        """Write a film, on the disk when the context begins, in which its row is added.

        Several may be written at once; they are put in their places one at a time.
        """
        with written_beside(self._films / sha256, data) as put_in_place, self.changing:
            put_in_place()
            yield

    def film(self, film: Film) -> bytes:
        """Return the file of a film."""
        return (self._films / film.sha256).read_bytes()

    def results_of(self, task: Task) -> Path:
        """Return the folder of the results that a task makes or sends."""
        return self._results / f"{task.film}-{task.rule}"

    def keep_results(self, task: Task, files: Iterable[tuple[str, bytes]]) -> None:
        """Write results, each as it is made, all there or none."""
        write_folder_durably(self.results_of(task), files)

    def remove_remnants(self, queue: NodeQueue) -> None:
        """Remove what was being written when the node ended: nobody was told that it is here."""
        known = {film.sha256 for film in queue.held_films()}
        for path in (*self._films.iterdir(), *self._results.glob(".*.partial")):
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name not in known:
                path.unlink()

    def remove_old(self, queue: NodeQueue, keep_days: float) -> None:
        """Remove films that need nothing any more and came so many days ago, with all that is known of them."""
        before = time.time() - 86400 * keep_days
        for film in queue.removable_films(before):
            with self.changing:
                if queue.is_removable(film.id, before):  # still: it may have come again
                    for folder in self._results.glob(f"{film.id}-*"):
                        shutil.rmtree(folder)
                    (self._films / film.sha256).unlink(missing_ok=True)
                    queue.mark_removed(film.id)
