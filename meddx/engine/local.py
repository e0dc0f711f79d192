"""Provide the engine of this process: one worker on this machine, shared by every session.

engine().diagnose(data, "chest-cnn")
"""

import atexit
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any, Self, TypeVar

from meddx.engine.client import Disconnected, EngineClient, NotUp
from meddx.engine.contract import (
    DeidentifiedFile,
    Diagnosis,
    EvaluationResult,
    Record,
    StoredJob,
    UnpackedPart,
    UploadedFile,
    UploadKind,
)
from meddx.engine.supervisor import Supervisor
from meddx.errors import EngineUnavailable
from meddx.types import Box, DrawableImage, EngineStatus, Explanation, ImageHeader, JobStatus, Prediction, StoredFrame

_Answer = TypeVar("_Answer")

_START_SECONDS = 60.0
"""Longest wait of a question about an image for a worker that is starting; on an idle machine it takes about five."""
_ASK_AGAIN_SECONDS = 0.1
_END_SECONDS = 2.0


class LocalEngine:
    """An implementation of meddx.engine.contract.Engine with a supervised worker.

    image, predict, diagnose and explain wait for a worker that is starting, and belong on a thread of their own; the
    others raise EngineUnavailable at once, since a page asks them while its reader waits. A request during which the
    worker dies raises EngineUnavailable too: it is not repeated, since it may be what killed the worker.
    """

    def __init__(self) -> None:
        self._supervisor = Supervisor()
        self._client = EngineClient(self._supervisor.socket)
        self._stopped = threading.Event()
        self._last_status = EngineStatus("starting")

    def owned_by(self, owner: str) -> Self:
        """Return the engine for one owner, who has a share of it; "" for one who has it alone. Do not stop it."""
        owned = copy(self)
        owned._client = self._client.owned_by(owner)
        return owned

    @property
    def worker_pid(self) -> int:
        """Return the process id of the present worker."""
        return self._supervisor.pid

    @property
    def socket(self) -> Path:
        """Return the path of the socket on which the worker listens."""
        return self._supervisor.socket

    def status(self) -> EngineStatus:
        """Return the state of the engine; never blocks on work in progress."""
        try:
            self._last_status = self._client.status()
        except (NotUp, Disconnected):
            self._last_status = EngineStatus("starting")
        except EngineUnavailable:
            pass  # too busy to say so in time: what it said last still holds
        return replace(self._last_status, restarts=self._supervisor.restarts)

    def image(self, data: bytes, frame: int = 0) -> DrawableImage:
        """Return the frame, ready to draw."""
        return self._when_up(lambda: self._client.image(data, frame))

    def thumbnail(self, data: bytes, side: int, frame: int = 0) -> bytes:
        """Return the frame as JPEG in the file's window, at most `side` pixels long."""
        return self._when_up(lambda: self._client.thumbnail(data, side, frame))

    def header(self, data: bytes) -> ImageHeader:
        """Return what the file says of patient, study and series."""
        return self._when_up(lambda: self._client.header(data))

    def deidentify(self, data: bytes) -> DeidentifiedFile:
        """Return an image file without what identifies its patient."""
        return self._when_up(lambda: self._client.deidentify(data))

    def mask_text(self, data: bytes, boxes: tuple[Box, ...]) -> bytes:
        """Return a file that `deidentify` asked about with these boxes masked."""
        return self._when_up(lambda: self._client.mask_text(data, boxes))

    def unpack(self, archive: bytes, room: int, start: int = 0, held: str = "") -> UnpackedPart:
        """Return files of a ZIP archive, from number `start` on."""
        return self._when_up(lambda: self._client.unpack(archive, room, start, held))

    def predict(
        self,
        data: bytes,
        model: str,
        frame: int = 0,
        *,
        record: Record | None = None,
        note: str = "",
        hurry: bool = True,
    ) -> Prediction:
        """Return the model's prediction with a heat map for every label."""
        return self._when_up(lambda: self._client.predict(data, model, frame, record=record, note=note, hurry=hurry))

    def diagnose(
        self, data: bytes, model: str, frame: int = 0, *, record: Record | None = None, note: str = ""
    ) -> Diagnosis:
        """Return the frame, ready to draw, and the model's prediction in one call, decoding once."""
        return self._when_up(lambda: self._client.diagnose(data, model, frame, record=record, note=note))

    def explain(
        self, data: bytes, model: str, method: str, frame: int = 0, *, record: Record | None = None, note: str = ""
    ) -> Explanation:
        """Return the maps of every label by one method."""
        return self._when_up(lambda: self._client.explain(data, model, method, frame, record=record, note=note))

    def start(self, kind: str, arguments: Mapping[str, Any]) -> str:
        """Start a job and return its id."""
        return self._client.start(kind, arguments)

    def job(self, id: str) -> JobStatus:
        """Return the status of a job."""
        return self._client.job(id)

    def cancel(self, id: str) -> None:
        """Ask a job to end soon."""
        self._client.cancel(id)

    def upload(self, files: Iterable[UploadedFile], kind: UploadKind = "images") -> str:
        """Store files for jobs that take `upload` and return the upload's token."""
        return self._client.upload(files, kind)

    def discard_upload(self, token: str) -> None:
        """Remove an upload that no job has taken or reads."""
        self._client.discard_upload(token)

    def jobs(self) -> tuple[StoredJob, ...]:
        """Return the jobs of stored kinds, the newest first."""
        return self._client.jobs()

    def job_record(self, id: str) -> StoredJob:
        """Return the record of one stored job."""
        return self._client.job_record(id)

    def job_result(self, id: str) -> EvaluationResult:
        """Return the result of an evaluation."""
        return self._client.job_result(id)

    def job_case(self, id: str, case: str) -> StoredFrame:
        """Return the image of one case of an evaluation."""
        return self._client.job_case(id, case)

    def remove_job(self, id: str) -> None:
        """Remove a stored job with all that it kept."""
        self._client.remove_job(id)

    def stop(self) -> None:
        """Stop the worker; the engine answers nothing afterwards."""
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
    """Start this process's engine, which warms up in the background; does nothing when it runs."""
    global _engine  # noqa: PLW0603
    with _lock:
        if _engine is None:
            _engine = LocalEngine()
            atexit.register(stop)


def stop() -> None:
    """Stop this process's engine and its worker; does nothing when none runs."""
    global _engine
    with _lock:
        running, _engine = _engine, None
        atexit.unregister(stop)
    if running is not None:
        running.stop()


def engine() -> LocalEngine:
    """Return this process's engine, starting it when it does not run."""
    while True:
        running = _engine
        if running is not None:
            return running
        start()
