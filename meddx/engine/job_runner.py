"""Long work that nobody waits for at a request: started, watched, cancelled, one piece at a time.

Of all jobs one works at a time. At every call of `progress` it gives way: to predictions, for which someone waits at a
screen, and to the next job in turn, so that a short job does not wait for the end of a long one. Jobs of a kept kind
are also written down (meddx.engine.job_store): they outlive this process, and `tend` takes them up again.
"""

import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from meddx.engine.job_store import JobLock, JobStore, StoredJob
from meddx.errors import MeddxError, Refused, without_content
from meddx.types import JobState, JobStatus, Refusal

if TYPE_CHECKING:
    from meddx.engine.service import Service

_log = logging.getLogger(__name__)

MOST_UNFINISHED = 32
_KEPT_ENDED = 64
"""Jobs that have ended and can still be asked about; the oldest are forgotten first, and all after an hour."""
_KEPT_SECONDS = 3600.0
_TURN_SECONDS = 0.3
"""A job works so long before another gets its turn, if its piece is not longer."""
_HOLD_BACK_SECONDS = 2.0
"""Longest wait of a job, at each piece, for predictions to be through: it must go on even when they never cease."""
_LOOK_SECONDS = 0.005
_WRITE_SECONDS = 1.0
"""How often the progress of a kept job is written down, for other processes and for after a restart."""
_TEND_SECONDS = 60.0


class Cancelled(Exception):
    """The job was cancelled. A kind lets it pass, having put away what it holds."""


class JobProgress(Protocol):
    """What a kind calls between two pieces of its work, several times a second: that is where it gives way."""

    def __call__(self, done: int, total: int, message: str = "") -> None:
        """done of total pieces are through; message: what comes next, in words. Raises Cancelled."""


@dataclass(frozen=True)
class JobKind:
    """One kind of job.

    run: given the Service, the arguments of `start` and `progress`, returns plain data that meddx.engine.serialization
    packs.
    It may raise Refused: the job has then failed for that reason.
    kept: arguments and result are JSON, and the arguments gain `folder`, a pathlib.Path of the job's own. When the
        process dies, `run` is called again with the same arguments and folder, and goes on from what it put there.
    """

    run: Callable[["Service", Mapping[str, Any], JobProgress], object]
    kept: bool = False


@dataclass(eq=False)
class _Job:
    id: str
    kind: str
    arguments: Mapping[str, Any]
    state: JobState = "waiting"
    done: int = 0
    total: int = 0
    message: str = ""
    result: object = None
    cancelled: bool = False
    found: int | None = None
    """Pieces that were done at its first report."""
    began: float = 0.0
    began_at: int | None = None
    """When the first piece of this run was through, and how many were by then. Its time tells nothing of the others':
    networks are compiled in it."""
    turn_ends: float = 0.0
    ended: float = 0.0
    record: StoredJob | None = None
    held: JobLock | None = None
    written: float = 0.0

    def status(self) -> JobStatus:
        return JobStatus(self.id, self.kind, self.state, self.done, self.total, self._eta(), self.message, self.result)

    def _eta(self) -> float | None:
        new = 0 if self.began_at is None else self.done - self.began_at
        if self.state != "running" or new <= 0 or self.total <= 0:
            return None
        return (time.monotonic() - self.began) / new * (self.total - self.done)


class JobRunner:
    """The jobs of one Service. Safe to call from many threads; close() after use.

    hurry: whether someone waits for a prediction at this moment.
    """

    def __init__(
        self, service: "Service", kinds: Mapping[str, JobKind], hurry: Callable[[], bool], kept: JobStore
    ) -> None:
        self._service = service
        self._kinds = kinds
        self._hurry = hurry
        self._kept = kept
        self._closing = threading.Event()
        self._jobs: dict[str, _Job] = {}
        self._turns: deque[_Job] = deque()
        """Those that want to work; the first does."""
        self._changed = threading.Condition()

    def start(self, kind: str, arguments: Mapping[str, Any]) -> str:
        """Begin a job and return its id. Raises Refused."""
        if kind not in self._kinds:
            raise Refused("no-kind", f"There is no job of kind {kind!r}; there are {', '.join(sorted(self._kinds))}.")
        with self._changed:
            self._forget()
            if sum(not job.ended for job in self._jobs.values()) >= MOST_UNFINISHED:
                raise Refused("too-many-jobs", f"{MOST_UNFINISHED} jobs wait already; try again when some have ended.")
            if self._kinds[kind].kept:
                record = self._kept.create(kind, arguments)
                held = self._kept.hold(record.id)
                return record.id if held is None else self._begin(self._taken_up(record, held))
            return self._begin(_Job(secrets.token_urlsafe(16), kind, arguments))

    def status(self, id: str) -> JobStatus:
        """How far it is. Raises Refused."""
        with self._changed:
            if id in self._jobs:
                return self._jobs[id].status()
        return self._kept.read(id).status()

    def cancel(self, id: str) -> None:
        """Have it end before its next piece. Raises Refused."""
        with self._changed:
            if id in self._jobs:
                self._jobs[id].cancelled = True
                self._changed.notify_all()
                return
        if self._kept.read(id).unfinished:
            self._kept.ask_to_cancel(id)

    def tend(self) -> None:
        """Take up kept jobs whose process has died and remove old ones, now and every minute until `close`."""
        while not self._closing.is_set():
            try:
                self._kept.sweep()
                for record in self._kept.all():
                    if record.unfinished and record.kind in self._kinds:
                        with suppress(Refused):  # removed meanwhile
                            self._resume(record)
            except OSError as error:
                _log.error("kept jobs could not be tended: %s", without_content(error))
            self._closing.wait(_TEND_SECONDS)

    def close(self) -> None:
        """End all; kept ones can be taken up again."""
        self._closing.set()
        with self._changed:
            for job in self._jobs.values():
                job.cancelled = True
            self._changed.notify_all()

    def _resume(self, record: StoredJob) -> None:
        with self._changed:
            if record.id in self._jobs:
                return
            held = self._kept.hold(record.id)
            if held is None:
                return  # another process is at it
            now = self._kept.read(record.id)
            if now.unfinished:
                self._begin(self._taken_up(now, held))
            else:
                held.release()

    def _taken_up(self, record: StoredJob, held: JobLock) -> _Job:
        arguments = {**record.arguments, "folder": self._kept.folder(record.id)}
        return _Job(record.id, record.kind, arguments, done=record.done, total=record.total, record=record, held=held)

    def _begin(self, job: _Job) -> str:
        self._jobs[job.id] = job
        self._turns.append(job)
        threading.Thread(target=self._run, args=(job,), name=f"job-{job.kind}", daemon=True).start()
        return job.id

    def _write(self, job: _Job, **changes: object) -> None:
        if job.record is not None:
            job.record = self._kept.progressed(job.record, done=job.done, total=job.total, **changes)
            job.written = time.monotonic()

    def _forget(self) -> None:
        ended = sorted((job for job in self._jobs.values() if job.ended), key=lambda job: job.ended)
        oldest = time.monotonic() - _KEPT_SECONDS
        for place, job in enumerate(ended, start=1):
            if job.ended < oldest or place <= len(ended) - _KEPT_ENDED:
                del self._jobs[job.id]

    def _run(self, job: _Job) -> None:
        state: JobState = "failed"
        message, result = "", None
        try:
            self._await_turn(job)
            job.state = "running"
            self._write(job, state=job.state)
            result = self._kinds[job.kind].run(self._service, job.arguments, self._progress_of(job))
            state = "done"
        except Cancelled:
            state = "cancelled"
        except Refused as refused:
            message, result = refused.reason, Refusal(refused.rule, refused.reason)
        except MeddxError as error:
            message = str(error)
        except Exception as error:
            _log.error("a job of kind %s failed: %s", job.kind, without_content(error))
            message = f"The job failed ({type(error).__name__}); the engine's log says where."
        finally:
            self._end(job, state, message, result)

    def _end(self, job: _Job, state: JobState, message: str, result: object) -> None:
        if job.record is not None and job.held is not None:
            if not self._closing.is_set():
                kept = None if isinstance(result, Refusal) else result
                self._write(job, state=state, message=message, result=kept, ended=time.time())
                self._kept.drop_images(job.record)
            job.held.release()
        with self._changed:
            self._turns.remove(job)
            job.arguments = {}  # an image, as a rule
            job.message, job.result, job.state, job.ended = message, result, state, time.monotonic()
            self._changed.notify_all()

    def _progress_of(self, job: _Job) -> JobProgress:
        def progress(done: int, total: int, message: str = "") -> None:
            with self._changed:
                if job.found is None:
                    job.found = done
                elif job.began_at is None and done > job.found:
                    job.began, job.began_at = time.monotonic(), done
                job.done, job.total, job.message = done, total, message
            if job.record is not None and time.monotonic() - job.written >= _WRITE_SECONDS:
                self._write(job, message=message)
                job.cancelled = job.cancelled or self._kept.asked_to_cancel(job.id)
            self._give_way(job)
            if job.cancelled:
                raise Cancelled

        return progress

    def _give_way(self, job: _Job) -> None:
        give_up = time.monotonic() + _HOLD_BACK_SECONDS
        while self._hurry() and not job.cancelled and time.monotonic() < give_up:
            time.sleep(_LOOK_SECONDS)
        if time.monotonic() < job.turn_ends:
            return
        with self._changed:
            self._turns.remove(job)
            self._turns.append(job)
            self._changed.notify_all()
        self._await_turn(job)

    def _await_turn(self, job: _Job) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._turns[0] is job or job.cancelled)
        if job.cancelled:
            raise Cancelled
        job.turn_ends = time.monotonic() + _TURN_SECONDS
