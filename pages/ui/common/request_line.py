"""Requests of one session that wait their turn: a few are asked at a time, the next as soon as one is answered.

Otherwise as many as that would be answered each time that the page looks, however fast the engine is.
"""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

_Result = TypeVar("_Result")

ASKED_AT_ONCE = 2
"""Requests of one session that are asked at a time, so that sessions share the engine."""


class RequestLine:
    """Ask requests in their order, ASKED_AT_ONCE at a time. Safe to use from many threads.

    A future that is cancelled leaves the line. Each request is handed to `start` by itself, behind what other sessions
    have handed it meanwhile.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._asked = 0

    def submit(self, start: Callable[[Callable[[], None]], object], request: Callable[[], _Result]) -> Future[_Result]:
        """Return the future of a request, which is asked when its turn comes.

        start: runs what it is given on another thread.
        """
        future: Future[_Result] = Future()
        with self._lock:
            self._waiting.append((future, request))
            if self._asked >= ASKED_AT_ONCE:
                return future
            self._asked += 1
        start(partial(self._ask_next, start))
        return future

    def leave(self, future: Future[Any]) -> None:
        """Cancel a request if it still waits its turn, and hold nothing of it."""
        self._drop(lambda one: one is future)

    def clear(self) -> None:
        """Cancel what still waits its turn."""
        self._drop(lambda _: True)

    def _drop(self, is_dropped: Callable[[Future[Any]], bool]) -> None:
        with self._lock:
            dropped = [future for future, _ in self._waiting if is_dropped(future)]
            self._waiting = deque(one for one in self._waiting if not is_dropped(one[0]))
        for future in dropped:
            future.cancel()
            future.set_running_or_notify_cancel()  # whoever waits for it hears of it

    def _ask_next(self, start: Callable[[Callable[[], None]], object]) -> None:
        """Ask what is first in line; hand over the next after it, or end where the line is empty."""
        with self._lock:
            future, request = self._waiting.popleft() if self._waiting else (None, None)
        if future is not None and request is not None and future.set_running_or_notify_cancel():
            try:
                future.set_result(request())
            except BaseException as error:
                future.set_exception(error)
        with self._lock:
            if not self._waiting:
                self._asked -= 1
                return
        start(partial(self._ask_next, start))
