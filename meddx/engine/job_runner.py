"""Run long jobs one step at a time, with progress and cancellation.

Only one job works at a time. At every call of `progress` it gives way: to predictions, for which someone waits at a
screen, and to the next job in turn, so that a short job does not wait for the end of a long one. Jobs of a stored kind
are also recorded on disk (meddx.engine.job_store): they outlive this process, and `recover` resumes them.
"""

import json
import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from meddx.engine.contract import Cancelled, JobContext, JobKind, StoredJob
from meddx.engine.disk_shares import sweep_abandoned
from meddx.engine.job_store import JobLock, JobStore, disk_refusal, goes_on
from meddx.errors import MeddxError, Refused, without_content
from meddx.types import JobState, JobStatus, Progress, Refusal

_log = logging.getLogger(__name__)

MOST_UNFINISHED = 128
MOST_OF_AN_OWNER = 16
"""Unfinished jobs: of all, and of one owner, so that nobody keeps the others out."""
_REMEMBERED = 64
"""Jobs that have ended and can still be asked about; the oldest are forgotten first, and all after an hour."""
_REMEMBERED_SECONDS = 3600.0
_TURN_SECONDS = 0.3
"""Shortest time that a job works before another gets its turn."""
_HOLD_BACK_SECONDS = 2.0
"""Longest wait of a job, at each piece, for predictions to be through: it must go on even when they never cease."""
_LOOK_SECONDS = 0.005
_WRITE_SECONDS = 1.0
"""How often the progress of a stored job is written down, for other processes and for after a restart."""
_RECOVER_SECONDS = 60.0


@dataclass(eq=False)
class _Job:
    id: str
    kind: str
    arguments: Mapping[str, Any]
    owner: str = ""
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
    lock: JobLock | None = None
    written: float = 0.0

    def status(self) -> JobStatus:
        return JobStatus(self.id, self.kind, self.state, self.done, self.total, self._eta(), self.message, self.result)

    def _eta(self) -> float | None:
        new = 0 if self.began_at is None else self.done - self.began_at
        if self.state != "running" or new <= 0 or self.total <= 0:
            return None
        return (time.monotonic() - self.began) / new * (self.total - self.done)


class JobRunner:
    """The jobs of one service.

    Safe to call from many threads; close() after use. hurry: whether someone waits for a prediction at this moment.
    """

    def __init__(
        self, context: JobContext, kinds: Mapping[str, JobKind], hurry: Callable[[], bool], store: JobStore
    ) -> None:
        self._context = context
        self._kinds = kinds
        self._hurry = hurry
        self._store = store
        self._closing = threading.Event()
        self._jobs: dict[str, _Job] = {}
        self._turns: deque[_Job] = deque()
        """Those that want to work; the first does."""
        self._served: dict[str, float] = {}
        """When an owner's job worked last, time.monotonic."""
        self._changed = threading.Condition()

    def start(self, kind: str, arguments: Mapping[str, Any], owner: str = "") -> str:
        """Start a job and return its id. owner: who has a share of the jobs, "" for one that nobody else has.

        Raises Refused.
        """
        if kind not in self._kinds:
            raise Refused("no-kind", f"There is no job of kind {kind!r}; there are {', '.join(sorted(self._kinds))}.")
        with self._changed:
            self._forget()
            self._refuse_too_many(owner)
            if not self._kinds[kind].stored:
                return self._begin(_Job(secrets.token_urlsafe(16), kind, arguments, owner))
            record, lock = self._create(kind, arguments)
            return record.id if lock is None else self._begin(replace(self._taken_up(record, lock), owner=owner))

    def status(self, id: str) -> JobStatus:
        """Return the status of a job.

        Raises Refused.
        """
        with self._changed:
            if id in self._jobs:
                return self._jobs[id].status()
        return self._store.read(id).status()

    def records(self) -> tuple[StoredJob, ...]:
        """Return the jobs of stored kinds, the newest first."""
        return tuple(self._now(record) for record in self._store.all())

    def record(self, id: str) -> StoredJob:
        """Return the record of one stored job.

        Raises Refused.
        """
        return self._now(self._store.read(id))

    def cancel(self, id: str) -> None:
        """Cancel a job at its next call of `progress`.

        Raises Refused.
        """
        with self._changed:
            if id in self._jobs:
                self._jobs[id].cancelled = True
                self._changed.notify_all()
                return
        if self._store.read(id).unfinished:
            self._store.ask_to_cancel(id)

    def remove(self, id: str) -> None:
        """Remove a stored job and cancel it if it runs.

        Raises Refused.
        """
        self._store.remove(id)
        with self._changed:
            if id in self._jobs:
                self._jobs[id].cancelled = True
                self._changed.notify_all()

    def recover(self) -> None:
        """Resume stored jobs whose process has died and forget old ones, now and every minute until `close`.

        An error with one job does not stop the others from being resumed.
        """
        while not self._closing.is_set():
            with self._changed:
                self._forget()
            with goes_on("stored jobs could not be swept"):
                self._store.sweep()
                sweep_abandoned(self._store)
            with goes_on("stored jobs could not be listed"):
                for record in self._store.all():
                    with goes_on("a stored job could not be taken up"):
                        self._recover(record)
            self._closing.wait(_RECOVER_SECONDS)

    def close(self) -> None:
        """Cancel all jobs; stored ones can be resumed."""
        self._closing.set()
        with self._changed:
            for job in self._jobs.values():
                job.cancelled = True
            self._changed.notify_all()

    def _refuse_too_many(self, owner: str) -> None:
        unfinished = [job.owner for job in self._jobs.values() if not job.ended]
        if owner and unfinished.count(owner) >= MOST_OF_AN_OWNER:
            raise Refused(
                "too-many-jobs", f"You have {MOST_OF_AN_OWNER} unfinished jobs; cancel some, or wait for them."
            )
        if len(unfinished) >= MOST_UNFINISHED:
            raise Refused("too-many-jobs", f"{MOST_UNFINISHED} jobs wait already; try again when some have ended.")

    def _now(self, record: StoredJob) -> StoredJob:
        """Return the record with this process's current progress, which is written to disk only at intervals."""
        with self._changed:
            job = self._jobs.get(record.id)
            if job is None or job.record is None:
                return record
            if job.ended:
                return job.record
            return replace(job.record, state=job.state, done=job.done, total=job.total, message=job.message)

    def _recover(self, record: StoredJob) -> None:
        with self._changed:
            job = self._jobs.get(record.id)
            if job is not None:
                if job.ended and job.lock is not None:
                    self._save_end(job)
                return
            if not record.unfinished or record.kind not in self._kinds:
                return
            try:
                lock = self._store.lock(record.id)
                if lock is None:
                    return  # another process is at it
                now = self._store.read(record.id)
            except Refused:
                return  # removed meanwhile
            if now.unfinished:
                self._begin(self._taken_up(now, lock))
            else:
                lock.release()

    def _create(self, kind: str, arguments: Mapping[str, Any]) -> tuple[StoredJob, JobLock | None]:
        """Return a new stored job, and its lock unless another process has just taken it."""
        record = None
        try:
            record = self._store.create(kind, arguments)
            return record, self._store.lock(record.id)
        except OSError as error:
            if record is not None:
                self._store.remove(record.id)
            raise disk_refusal(error) from error

    def _taken_up(self, record: StoredJob, lock: JobLock) -> _Job:
        arguments = {**record.arguments, "folder": self._store.folder(record.id)}
        return _Job(record.id, record.kind, arguments, done=record.done, total=record.total, record=record, lock=lock)

    def _begin(self, job: _Job) -> str:
        self._jobs[job.id] = job
        self._turns.append(job)
        threading.Thread(target=self._run, args=(job,), name=f"job-{job.kind}", daemon=True).start()
        return job.id

    def _write(self, job: _Job, **changes: Any) -> None:  # noqa: ANN401 (of fields of StoredJob)
        """Write the progress of a stored job to disk.

        Raises OSError.
        """
        if job.record is not None:
            job.record = replace(job.record, done=job.done, total=job.total, **changes)
            self._store.write(job.record)
            job.written = time.monotonic()

    def _forget(self) -> None:
        ended = sorted((job for job in self._jobs.values() if job.ended), key=lambda job: job.ended)
        oldest = time.monotonic() - _REMEMBERED_SECONDS
        for place, job in enumerate(ended, start=1):
            if job.lock is None and (job.ended < oldest or place <= len(ended) - _REMEMBERED):
                del self._jobs[job.id]

    def _run(self, job: _Job) -> None:
        state: JobState = "failed"
        message, result = "", None
        try:
            self._await_turn(job)
            job.state = "running"
            self._write(job, state=job.state)
            result = self._kinds[job.kind].run(self._context, job.arguments, self._progress_of(job))
            if job.record is not None:
                json.dumps(result)  # what cannot be written down is no result
            state = "done"
        except Cancelled:
            state = "cancelled"
        except Refused as refused:
            message, result = refused.reason, Refusal(refused.rule, refused.reason)
        except MeddxError as error:
            message = str(error)
        except OSError as error:
            _log.error("a job of kind %s failed: %s", job.kind, without_content(error))
            disk = disk_refusal(error)
            message, result = disk.reason, Refusal(disk.rule, disk.reason)
        except Exception as error:
            _log.error("a job of kind %s failed: %s", job.kind, without_content(error))
            message, result = f"The job failed ({type(error).__name__}); the engine's log says where.", None
        finally:
            self._end(job, state, message, result)

    def _end(self, job: _Job, state: JobState, message: str, result: object) -> None:
        """Record the end of a job and let the next one work, even where writing the record fails."""
        try:
            if self._closing.is_set():
                self._release(job)
            elif job.record is not None:
                kept = None if isinstance(result, Refusal) else result
                job.record = replace(
                    job.record, state=state, done=job.done, total=job.total, message=message, result=kept,
                    ended=time.time(),
                )  # fmt: skip
                self._save_end(job)
        finally:
            with self._changed:
                self._pass_turn(job, stays=False)
                job.arguments = {}  # an image, as a rule
                job.message, job.result, job.state, job.ended = message, result, state, time.monotonic()
                self._changed.notify_all()

    def _save_end(self, job: _Job) -> None:
        """Write the end of a stored job to disk and release its lock; `recover` tries again where that fails."""
        assert job.record is not None
        with goes_on("how a job ended could not be written down"):
            if job.record.state != "done":
                self._store.drop_images(job.record)  # first: they may be what fills the disk
            self._store.write(job.record)
            self._store.drop_images(job.record)
            self._release(job)

    def _release(self, job: _Job) -> None:
        if job.lock is not None:
            job.lock.release()
            job.lock = None

    def _progress_of(self, job: _Job) -> Progress:
        def progress(done: int, total: int, message: str = "") -> None:
            with self._changed:
                if job.found is None:
                    job.found = done
                elif job.began_at is None and done > job.found:
                    job.began, job.began_at = time.monotonic(), done
                job.done, job.total, job.message = done, total, message
            if job.record is not None and time.monotonic() - job.written >= _WRITE_SECONDS:
                self._write(job, message=message)
                job.cancelled = job.cancelled or self._store.asked_to_cancel(job.id)
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
            self._pass_turn(job, stays=True)
            self._changed.notify_all()
        self._await_turn(job)

    def _pass_turn(self, job: _Job, *, stays: bool) -> None:
        """Let the next job work where this one did: one of the owner who has waited longest."""
        worked = self._turns[0] is job
        self._turns.remove(job)
        if stays:
            self._turns.append(job)
        if worked:
            self._served[job.owner] = time.monotonic()
            self._turns = deque(sorted(self._turns, key=lambda job: self._served.get(job.owner, 0.0)))
            waiting = {job.owner for job in self._turns}
            self._served = {owner: at for owner, at in self._served.items() if owner in waiting}

    def _await_turn(self, job: _Job) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._turns[0] is job or job.cancelled)
        if job.cancelled:
            raise Cancelled
        job.turn_ends = time.monotonic() + _TURN_SECONDS
