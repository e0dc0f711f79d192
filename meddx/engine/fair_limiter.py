"""Let so many requests work at a time, and take turns between their owners."""

from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import Event


class FairLimiter:
    """A limit on what works at a time, of all and of one owner, for one event loop.

    Whoever has the least at work goes first, and of those who waits longest. most_of_an_owner: less than `most`, so
    that nobody's slow requests keep the others out. "" is nobody in particular, and may have all.
    """

    def __init__(self, most: int, most_of_an_owner: int) -> None:
        self._most, self._most_of_an_owner = most, most_of_an_owner
        self._working: Counter[str] = Counter()
        self._waiting: deque[tuple[str, Event]] = deque()

    @asynccontextmanager
    async def turn(self, owner: str) -> AsyncIterator[None]:
        """Wait for a turn, and have it until the block ends."""
        entry = (owner, Event())
        self._waiting.append(entry)
        self._admit()
        try:
            await entry[1].wait()
        except BaseException:  # whoever asked has gone
            if entry in self._waiting:
                self._waiting.remove(entry)
            else:
                self._leave(owner)
            raise
        try:
            yield
        finally:
            self._leave(owner)

    def _leave(self, owner: str) -> None:
        self._working[owner] -= 1
        self._working += Counter()  # drops those that have none
        self._admit()

    def _admit(self) -> None:
        while self._working.total() < self._most:
            allowed = [one for one in self._waiting if not one[0] or self._working[one[0]] < self._most_of_an_owner]
            if not allowed:
                return
            entry = min(allowed, key=lambda one: self._working[one[0]])  # the first of equals
            self._waiting.remove(entry)
            self._working[entry[0]] += 1
            entry[1].set()
