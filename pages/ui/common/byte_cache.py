"""A cache of small results by the content that they were made from, bounded by bytes."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable


class ByteCache:
    """A cache of bytes; the least recently used go when all together exceed `most_bytes`. Safe to use from threads.

    Keys are held, so they must be small: a digest of a file, not the file.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._held: OrderedDict[Hashable, bytes] = OrderedDict()
        self._total = 0

    @property
    def total(self) -> int:
        """Return the number of bytes held."""
        return self._total

    def get(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """Return the bytes of this key, made where they are not held; what `make` raises is not held."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        made = make()
        with self._lock:
            self._total += len(made) - len(self._held.get(key, b""))
            self._held[key] = made
            while self._total > self._most_bytes:
                _, dropped = self._held.popitem(last=False)
                self._total -= len(dropped)
        return made
