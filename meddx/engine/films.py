"""Films read lately, so that a second model or another look does not decode again."""

import hashlib
import threading
from collections import OrderedDict
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass

from meddx.imaging.drawable import drawable
from meddx.imaging.read import read_film
from meddx.types import DrawableFilm, Film

_MOST_BYTES = 256 << 20
"""Least recently used films go when those kept exceed this; the one asked for last always stays."""


@dataclass(frozen=True)
class ReadFilm:
    """A decoded film, and its drawable form, which is compressed in the background."""

    film: Film
    drawn: "Future[DrawableFilm]"


class Films:
    """Reads films, each once, keyed by the SHA-256 of the file and the frame. Safe to use from many threads."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[tuple[bytes, int], Future[ReadFilm]] = OrderedDict()
        self._lock = threading.Lock()
        self._drawing: Executor = ThreadPoolExecutor(2, thread_name_prefix="drawing")

    def read(self, data: bytes, frame: int) -> ReadFilm:
        """The frame of the file. Raises Refused, and then keeps nothing."""
        key = (hashlib.sha256(data).digest(), frame)
        with self._lock:
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
            else:
                pending: Future[ReadFilm] = Future()
                self._kept[key] = pending
        if known is not None:
            return known.result()
        try:
            film = read_film(data, frame)
        except BaseException as error:
            with self._lock:
                self._kept.pop(key, None)
            pending.set_exception(error)
            raise
        read = ReadFilm(film, self._drawing.submit(drawable, film))
        pending.set_result(read)
        self._forget()
        return read

    def close(self) -> None:
        """End the drawing threads."""
        self._drawing.shutdown(wait=False, cancel_futures=True)

    def _forget(self) -> None:
        with self._lock:
            sizes = {key: _bytes(future) for key, future in self._kept.items()}
            total = sum(sizes.values())
            for key in list(self._kept)[:-1]:
                if total <= self._most_bytes:
                    return
                total -= sizes[key]
                del self._kept[key]


def _bytes(future: "Future[ReadFilm]") -> int:
    return future.result().film.values.nbytes if future.done() and future.exception() is None else 0
