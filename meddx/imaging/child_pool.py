"""Child processes of one kind, as many as are asked at a time; those that are through wait for the next question."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from meddx.imaging.child_process import ChildProcess

_BUSY = max(3, 1 + (os.cpu_count() or 1))
"""Children that are busy before a question waits for one of them: more gain nothing, and to start one takes a core for
a second."""
_LONGEST_SECONDS = 1.0
"""That it waits, since files may keep their children busy for long."""


class ChildPool:
    """Lends child processes to one question at a time. Safe to use from many threads.

    module: what a child runs; settings: head of its first message. kept: so many wait, others end when through.
    """

    def __init__(self, module: str, settings: bytes, kept: int) -> None:
        self._module, self._settings, self._kept = module, settings, kept
        self._changed = threading.Condition()
        self._busy = 0
        self.waiting: list[tuple[ChildProcess, float]] = []
        """And since when, time.monotonic; the one that waits for the shortest time is asked next."""
        self._closed = False

    @contextmanager
    def child(self) -> Iterator[ChildProcess]:
        """Lend a child, which is started with its first question."""
        with self._changed:
            self._changed.wait_for(lambda: self.waiting or self._busy < _BUSY, _LONGEST_SECONDS)
            child = self.waiting.pop()[0] if self.waiting else ChildProcess(self._module, self._settings)
            self._busy += 1
        try:
            yield child
        finally:
            self._give_back(child)

    def drop_unused(self, seconds: float) -> int:
        """End child processes that have waited for so many seconds, all but one, and return their number."""
        oldest = time.monotonic() - seconds
        with self._changed:
            ended = [child for child, since in self.waiting[:-1] if since < oldest]
            del self.waiting[: len(ended)]
        for child in ended:
            child.close()
        return len(ended)

    def close(self) -> None:
        """End the child processes; those that are lent end when they come back."""
        with self._changed:
            self._closed = True
            ended, self.waiting = self.waiting, []
        for child, _ in ended:
            child.close()

    def _give_back(self, child: ChildProcess) -> None:
        with self._changed:
            self._busy -= 1
            self._changed.notify()
            if not self._closed and len(self.waiting) < self._kept:
                self.waiting.append((child, time.monotonic()))
                return
        child.close()
