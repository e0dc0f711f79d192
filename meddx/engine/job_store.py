"""Store jobs on disk, each in a private folder with its arguments, progress and result.

Every file is written so that a process killed at any moment leaves either the old or the new content.
"""

import errno
import fcntl
import json
import logging
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from meddx.config import job_days, jobs_dir
from meddx.engine.contract import StoredJob
from meddx.errors import Refused, without_content
from meddx.whole_file import write_private

_log = logging.getLogger(__name__)

UPLOADS = "incoming"
"""Beside the jobs: uploads that no job has taken yet."""
UPLOADED_IMAGES = "images"
"""In a job's folder: uploaded images, which go when the job ends or at `images_until`."""
_RECORD, _LOCK, _CANCEL = "job.json", "lock", "cancel"
_REMOVED = ".removed"
_UNCLAIMED_SECONDS = 6 * 3600.0
"""After so long an upload that no job took, or a folder that is no job's, is swept."""
_ID = re.compile(r"[A-Za-z0-9_-]{22}")
_FULL = (errno.ENOSPC, errno.EDQUOT)

_reader = TypeAdapter(StoredJob)


class JobLock:
    """An exclusive lock on a job or an upload, released when the process ends, however it ends."""

    def __init__(self, file: int) -> None:
        self._file = file

    @classmethod
    def acquire(cls, path: Path) -> "JobLock | None":
        """Return the lock of the file, which is created, or None while another holds it.

        Raises FileNotFoundError where its folder does not exist.
        """
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return None
        return cls(file)

    def release(self) -> None:
        """Release the lock."""
        os.close(self._file)


class JobStore:
    """A folder of the stored jobs of a server, which several processes may share."""

    def __init__(self, directory: Path | None = None) -> None:
        self.directory = jobs_dir() if directory is None else directory

    def create(self, kind: str, arguments: Mapping[str, Any]) -> StoredJob:
        """Create and return a job in the state "waiting".

        Raises OSError, and then leaves nothing.
        """
        job = StoredJob(secrets.token_urlsafe(16), kind, dict(arguments), "waiting", time.time())
        private_folder(self.directory)
        try:
            private_folder(self.folder(job.id))
            self.write(job)
        except BaseException:
            shutil.rmtree(self.folder(job.id), ignore_errors=True)
            raise
        return job

    def folder(self, id: str) -> Path:
        """Return the folder of a job.

        Raises Refused for what is no id.
        """
        if not _ID.fullmatch(id):
            raise Refused("no-job", "This is no job's id: start the work again.")
        return self.directory / id

    def read(self, id: str) -> StoredJob:
        """Return the record of a job.

        Raises Refused.
        """
        try:
            job = _reader.validate_json((self.folder(id) / _RECORD).read_bytes())
            if job.id != id:
                raise ValueError("another job's record")
        except (OSError, ValueError) as error:
            raise Refused(
                "no-job", "This job is not known any more: it was removed, or is too old; start it again."
            ) from error
        return job

    def write(self, job: StoredJob) -> None:
        """Replace the record of a job; a removed job stays removed.

        Raises OSError.
        """
        folder = self.folder(job.id)
        with suppress(FileNotFoundError):
            write_private(folder / _RECORD, json.dumps(asdict(job)).encode())

    def all(self) -> list[StoredJob]:
        """Return the jobs whose records can be read, the newest first."""
        jobs = []
        for folder in self._folders():
            with suppress(Refused):
                jobs.append(self.read(folder.name))
        return sorted(jobs, key=lambda job: job.created, reverse=True)

    def lock(self, id: str) -> JobLock | None:
        """Return the lock of a job, or None while another process holds it.

        Raises Refused.
        """
        try:
            return JobLock.acquire(self.folder(id) / _LOCK)
        except FileNotFoundError:
            raise Refused("no-job", "This job was removed: start it again.") from None

    def ask_to_cancel(self, id: str) -> None:
        """Ask whichever process runs the job to cancel it."""
        with suppress(FileNotFoundError):
            write_private(self.folder(id) / _CANCEL, b"")

    def asked_to_cancel(self, id: str) -> bool:
        """Return whether the job was asked to cancel or was removed."""
        return (self.folder(id) / _CANCEL).exists() or not (self.folder(id) / _RECORD).exists()

    def drop_images(self, job: StoredJob) -> None:
        """Delete the uploaded images of a job that has ended; those of a result may stay until `images_until`."""
        until = job.arguments.get("images_until") if job.state == "done" else None
        stay = isinstance(until, int | float) and until >= time.time()
        if not job.unfinished and not stay:
            shutil.rmtree(self.folder(job.id) / UPLOADED_IMAGES, ignore_errors=True)

    def remove(self, id: str) -> None:
        """Remove a job and all that it kept; a running one notices when it next reports progress.

        Raises Refused.
        """
        self._discard(self.folder(id))

    def sweep(self) -> None:
        """Remove jobs that ended job_days ago, unclaimed uploads, and images of jobs that have ended.

        A folder that cannot be removed does not stop the others from being removed.
        """
        for folder in self._folders():
            with goes_on("a job's folder could not be swept"):
                self._sweep_job(folder)
        for folder in _folders(self.directory):
            if folder.name.endswith(_REMOVED):  # by a process that died over it
                shutil.rmtree(folder, ignore_errors=True)
        for upload in _folders(self.directory / UPLOADS):
            with goes_on("an upload could not be swept"), suppress(FileNotFoundError):  # a job took it
                if _age(upload) > _UNCLAIMED_SECONDS:
                    shutil.rmtree(upload, ignore_errors=True)

    def _sweep_job(self, folder: Path) -> None:
        try:
            job = self.read(folder.name)
        except Refused:
            self._sweep_unreadable(folder)
            return
        if not job.unfinished and job.ended < time.time() - _kept_seconds():
            self.remove(job.id)
        self.drop_images(job)

    def _sweep_unreadable(self, folder: Path) -> None:
        """Remove a folder without a record, or the images of one whose record cannot be read.

        An unreadable record may be another version's; its folder goes with age as other jobs do.
        """
        record = folder / _RECORD
        age = _age(record if record.exists() else folder)
        if age <= _UNCLAIMED_SECONDS:
            return  # perhaps just being made
        lock = self.lock(folder.name)
        if lock is None:
            return  # some process can read it
        if record.exists() and age <= _kept_seconds():
            shutil.rmtree(folder / UPLOADED_IMAGES, ignore_errors=True)
        else:
            self._discard(folder)
        lock.release()

    def _discard(self, folder: Path) -> None:
        """Rename the folder before deleting it, since its worker might write into it between two deletions."""
        removed = folder.with_name(secrets.token_urlsafe(8) + _REMOVED)
        with suppress(FileNotFoundError):
            folder.rename(removed)
        shutil.rmtree(removed, ignore_errors=True)

    def _folders(self) -> Iterator[Path]:
        return (folder for folder in _folders(self.directory) if _ID.fullmatch(folder.name))


def private_folder(path: Path) -> Path:
    """Create the folder and its parents so that only this user may enter, and return it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def disk_refusal(error: OSError) -> Refused:
    """Return what to tell of files that could not be written or read; it names none of them."""
    if error.errno in _FULL:
        return Refused("disk-full", "The disk that holds evaluations is full: have space freed, then start it again.")
    why = os.strerror(error.errno) if error.errno else type(error).__name__
    return Refused("disk", f"The server could not write or read its files ({why}); its log says where.")


@contextmanager
def goes_on(what: str) -> Iterator[None]:
    """Log an error without its text and suppress it, for work that nobody waits for."""
    try:
        yield
    except Exception as error:
        _log.error("%s: %s", what, without_content(error))


def _kept_seconds() -> float:
    return 86400 * job_days()


def _age(path: Path) -> float:
    return time.time() - path.stat().st_mtime


def _folders(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from (entry for entry in path.iterdir() if entry.is_dir())
