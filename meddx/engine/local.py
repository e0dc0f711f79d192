"""The engine of this process: one worker on this machine, shared by every session.

engine().diagnose(data, "chest-cnn")
"""

import atexit
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from meddx.engine.client import EngineClient, NotUp
from meddx.engine.interface import Diagnosis, Engine
from meddx.engine.supervisor import Supervisor
from meddx.errors import EngineUnavailable
from meddx.types import DrawableFilm, EngineStatus, Prediction

_Answer = TypeVar("_Answer")

_START_SECONDS = 60.0
"""Longest wait of a request for a worker that is starting; on an idle machine it takes about five."""
_ASK_AGAIN_SECONDS = 0.1


class LocalEngine:
    """Implements meddx.engine.interface.Engine with a supervised worker.

    A request that finds the worker starting waits for it. One that the worker dies on raises EngineUnavailable
    at once: it is not repeated, since it may be what killed the worker.
    """

    def __init__(self) -> None:
        self._supervisor = Supervisor()
        self._client = EngineClient(self._supervisor.socket)

    @property
    def worker_pid(self) -> int:
        """Process id of the present worker."""
        return self._supervisor.pid

    def status(self) -> EngineStatus:
        """State of the engine; never blocks on work in progress."""
        try:
            status = self._client.status()
        except EngineUnavailable:
            status = EngineStatus("starting")
        return replace(status, restarts=self._supervisor.restarts)

    def film(self, data: bytes, frame: int = 0) -> DrawableFilm:
        """The frame, ready to draw."""
        return self._when_up(lambda: self._client.film(data, frame))

    def predict(self, data: bytes, model: str, frame: int = 0) -> Prediction:
        """The model's answer with a heat map for every label."""
        return self._when_up(lambda: self._client.predict(data, model, frame))

    def diagnose(self, data: bytes, model: str, frame: int = 0) -> Diagnosis:
        """Both in one call, decoding once."""
        return self._when_up(lambda: self._client.diagnose(data, model, frame))

    def stop(self) -> None:
        """End the worker. The engine answers nothing afterwards."""
        self._client.close()
        self._supervisor.stop()

    def _when_up(self, ask: Callable[[], _Answer]) -> _Answer:
        give_up = time.monotonic() + _START_SECONDS
        while True:
            try:
                return ask()
            except NotUp:
                if time.monotonic() > give_up:
                    raise
            time.sleep(_ASK_AGAIN_SECONDS)


_lock = threading.Lock()
_engine: LocalEngine | None = None


def start() -> None:
    """Start this process's engine, which warms up in the background. Does nothing when it runs."""
    global _engine  # noqa: PLW0603
    with _lock:
        if _engine is None:
            _engine = LocalEngine()
            atexit.register(stop)


def stop() -> None:
    """End this process's engine and its worker. Does nothing when none runs."""
    global _engine
    with _lock:
        running, _engine = _engine, None
        atexit.unregister(stop)
    if running is not None:
        running.stop()


def engine() -> Engine:
    """This process's engine, started by the first call when `start` was not called."""
    while True:
        running = _engine
        if running is not None:
            return running
        start()
