"""Child processes of one kind, as many as are asked at a time; those that are through wait for the next question."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from meddx.imaging.child_process import ChildProcess


class ChildPool:
    """Lends child processes to one question at a time. Safe to use from many threads.

    module: what a child runs; settings: head of its first message. kept: so many wait, others end when through.
    """

    def __init__(self, module: str, settings: bytes, kept: int) -> None:
        self._module, self._settings, self._kept = module, settings, kept
        self._lock = threading.Lock()
        self.waiting: list[tuple[ChildProcess, float]] = []
        """And since when, time.monotonic; the one that waits for the shortest time is asked next."""
        self._closed = False

    @contextmanager
    def child(self) -> Iterator[ChildProcess]:
        """Lend a child, which is started with its first question."""
        with self._lock:
            child = self.waiting.pop()[0] if self.waiting else ChildProcess(self._module, self._settings)
        try:
            yield child
        finally:
            self._give_back(child)

    def drop_unused(self, seconds: float) -> int:
        """End child processes that have waited for so many seconds, all but one, and return their number."""
        oldest = time.monotonic() - seconds
        with self._lock:
            ended = [child for child, since in self.waiting[:-1] if since < oldest]
            del self.waiting[: len(ended)]
        for child in ended:
            child.close()
        return len(ended)

    def close(self) -> None:
        """End the child processes; those that are lent end when they come back."""
        with self._lock:
            self._closed = True
            ended, self.waiting = self.waiting, []
        for child, _ in ended:
            child.close()

    def _give_back(self, child: ChildProcess) -> None:
        with self._lock:
            if not self._closed and len(self.waiting) < self._kept:
                self.waiting.append((child, time.monotonic()))
                return
        child.close()
