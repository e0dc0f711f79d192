"""The engine of this process: one worker on this machine, shared by every session.

engine().diagnose(data, "chest-cnn")
"""

import atexit
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from meddx.engine.client import Disconnected, EngineClient, NotUp
from meddx.engine.contract import Diagnosis
from meddx.engine.supervisor import Supervisor
from meddx.errors import EngineUnavailable
from meddx.types import DrawableImage, EngineStatus, Explanation, JobStatus, Prediction

_Answer = TypeVar("_Answer")

_START_SECONDS = 60.0
"""Longest wait of a request for a worker that is starting; on an idle machine it takes about five."""
_ASK_AGAIN_SECONDS = 0.1
_END_SECONDS = 2.0


class LocalEngine:
    """Implements meddx.engine.contract.Engine with a supervised worker.

    A request that finds the worker starting waits for it. One that the worker dies on raises EngineUnavailable
    at once: it is not repeated, since it may be what killed the worker.
    """

    def __init__(self) -> None:
        self._supervisor = Supervisor()
        self._client = EngineClient(self._supervisor.socket)
        self._stopped = threading.Event()
        self._last_status = EngineStatus("starting")

    @property
    def worker_pid(self) -> int:
        """Process id of the present worker."""
        return self._supervisor.pid

    @property
    def socket(self) -> Path:
        """Where the worker listens."""
        return self._supervisor.socket

    def status(self) -> EngineStatus:
        """State of the engine; never blocks on work in progress."""
        try:
            self._last_status = self._client.status()
        except (NotUp, Disconnected):
            self._last_status = EngineStatus("starting")
        except EngineUnavailable:
            pass  # too busy to say so in time: what it said last still holds
        return replace(self._last_status, restarts=self._supervisor.restarts)

    def image(self, data: bytes, frame: int = 0) -> DrawableImage:
        """The frame, ready to draw."""
        return self._when_up(lambda: self._client.image(data, frame))

    def predict(self, data: bytes, model: str, frame: int = 0) -> Prediction:
        """The model's answer with a heat map for every label."""
        return self._when_up(lambda: self._client.predict(data, model, frame))

    def diagnose(self, data: bytes, model: str, frame: int = 0) -> Diagnosis:
        """Both in one call, decoding once."""
        return self._when_up(lambda: self._client.diagnose(data, model, frame))

    def explain(self, data: bytes, model: str, method: str, frame: int = 0) -> Explanation:
        """Maps of every label by one method."""
        return self._when_up(lambda: self._client.explain(data, model, method, frame))

    def start(self, kind: str, arguments: Mapping[str, Any]) -> str:
        """Begin a job and return its id."""
        return self._when_up(lambda: self._client.start(kind, arguments))

    def job(self, id: str) -> JobStatus:
        """How far it is; raises EngineUnavailable at once while no worker is up, since whoever asks will ask again."""
        return self._client.job(id)

    def cancel(self, id: str) -> None:
        """Have it end soon."""
        self._when_up(lambda: self._client.cancel(id))

    def stop(self) -> None:
        """End the worker. The engine answers nothing afterwards."""
        self._stopped.set()
        self._client.close()
        self._supervisor.stop()

    def _when_up(self, ask: Callable[[], _Answer]) -> _Answer:
        give_up = time.monotonic() + _START_SECONDS
        while True:
            if self._stopped.is_set():
                raise EngineUnavailable("The engine was stopped; start the server again.")
            try:
                return ask()
            except NotUp:
                if time.monotonic() > give_up:
                    raise
            except Disconnected:
                # A dying process closes its sockets one by one; by the time the caller hears, all of it must be gone,
                # or the next request may still reach one of them.
                self._supervisor.wait_for_end(_END_SECONDS)
                raise
            self._stopped.wait(_ASK_AGAIN_SECONDS)


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


def engine() -> LocalEngine:
    """This process's engine, started by the first call when `start` was not called."""
    while True:
        running = _engine
        if running is not None:
            return running
        start()
