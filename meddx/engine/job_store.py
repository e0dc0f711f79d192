"""Jobs that outlive the process: a private folder each, with what was asked, how far it is and what it found.

Everything in it is written so that a process killed at any moment leaves either the old or the new.
"""

import fcntl
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from meddx.config import job_days, jobs_dir
from meddx.errors import Refused
from meddx.types import JobState, JobStatus

UPLOADS = "incoming"
"""Beside the jobs: uploads that no job has taken yet."""
UPLOADED_IMAGES = "images"
"""In a job's folder: uploaded images, which go when the job ends or at `images_until`."""
_RECORD, _LOCK, _CANCEL = "job.json", "lock", "cancel"
_INCOMING_SECONDS = 6 * 3600.0
_ID = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True)
class StoredJob:
    """What is written down of a job. arguments, result: JSON. created, ended, images_until: seconds since 1970, or
    0.
    """

    id: str
    kind: str
    arguments: Mapping[str, Any]
    state: JobState
    created: float
    ended: float = 0.0
    done: int = 0
    total: int = 0
    message: str = ""
    result: Any = None

    def status(self) -> JobStatus:
        """As the engine answers it."""
        return JobStatus(self.id, self.kind, self.state, self.done, self.total, None, self.message, self.result)

    @property
    def unfinished(self) -> bool:
        """Whether it waits or runs, or did when its process died."""
        return self.state in ("waiting", "running")


class JobLock:
    """The right to work on a job; it ends with the process, however that ends."""

    def __init__(self, file: int) -> None:
        self._file = file

    def release(self) -> None:
        """Let another process have it."""
        os.close(self._file)


class JobStore:
    """The kept jobs of a server. Several processes may share the folder."""

    def __init__(self, directory: Path | None = None) -> None:
        self.directory = jobs_dir() if directory is None else directory

    def create(self, kind: str, arguments: Mapping[str, Any]) -> StoredJob:
        """A new job, waiting."""
        job = StoredJob(secrets.token_urlsafe(16), kind, dict(arguments), "waiting", time.time())
        private_folder(self.directory)
        private_folder(self.folder(job.id))
        self.write(job)
        return job

    def folder(self, id: str) -> Path:
        """Where a job keeps what it needs. Raises Refused for what is no id."""
        if not _ID.fullmatch(id):
            raise Refused("no-job", "This is no job's id.")
        return self.directory / id

    def read(self, id: str) -> StoredJob:
        """What is written down. Raises Refused."""
        try:
            return StoredJob(**json.loads((self.folder(id) / _RECORD).read_bytes()))
        except (OSError, ValueError, TypeError) as error:
            raise Refused("no-job", "This job is not known any more: it was removed, or is too old.") from error

    def write(self, job: StoredJob) -> None:
        """Replace what is written down; a job that was removed stays so."""
        folder = self.folder(job.id)
        with suppress(FileNotFoundError):
            write_private(folder / _RECORD, json.dumps(asdict(job)).encode())

    def all(self) -> list[StoredJob]:
        """The newest first."""
        found = []
        for path in self.directory.glob(f"*/{_RECORD}"):
            with suppress(Refused):
                found.append(self.read(path.parent.name))
        return sorted(found, key=lambda job: job.created, reverse=True)

    def hold(self, id: str) -> JobLock | None:
        """The right to work on it, None while another process has it. Raises Refused."""
        try:
            file = os.open(self.folder(id) / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except FileNotFoundError:
            raise Refused("no-job", "This job was removed.") from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return None
        return JobLock(file)

    def ask_to_cancel(self, id: str) -> None:
        """Tell whichever process has it."""
        with suppress(FileNotFoundError):
            write_private(self.folder(id) / _CANCEL, b"")

    def asked_to_cancel(self, id: str) -> bool:
        """Whether somebody did, or removed it."""
        return (self.folder(id) / _CANCEL).exists() or not (self.folder(id) / _RECORD).exists()

    def drop_images(self, job: StoredJob) -> None:
        """Delete the uploaded images of a job that has ended, if they are not to stay until later."""
        if not job.unfinished and float(job.arguments.get("images_until") or 0) < time.time():
            shutil.rmtree(self.folder(job.id) / UPLOADED_IMAGES, ignore_errors=True)

    def remove(self, id: str) -> None:
        """Forget it and all that it kept. One that is running notices at its next piece. Raises Refused."""
        shutil.rmtree(self.folder(id), ignore_errors=True)

    def sweep(self) -> None:
        """Remove what is too old: jobs that ended job_days ago, uploads nobody took, images of jobs that have ended."""
        now = time.time()
        for job in self.all():
            if not job.unfinished and job.ended < now - 86400 * job_days():
                self.remove(job.id)
            self.drop_images(job)
        for upload in _folders(self.directory / UPLOADS):
            with suppress(FileNotFoundError):
                if upload.stat().st_mtime < now - _INCOMING_SECONDS:
                    shutil.rmtree(upload, ignore_errors=True)

    def progressed(self, job: StoredJob, **changes: object) -> StoredJob:
        """Write down the changes and return the job with them."""
        changed = StoredJob(**{**asdict(job), **changes})
        self.write(changed)
        return changed


def private_folder(path: Path) -> Path:
    """Make the folder and its parents so that only this user may enter, and return it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only this user may read, whole or not at all."""
    partial = path.with_name(f"{path.name}.partial")
    with open(partial, "wb", opener=private) as file:
        file.write(data)
    partial.replace(path)


def private(path: str, flags: int) -> int:
    """An opener for `open`: the file is for this user only."""
    return os.open(path, flags, 0o600)


def _folders(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from (one for one in path.iterdir() if one.is_dir())
