"""Store uploads in the private folder of jobs until an evaluation takes them or they are removed."""

import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from meddx.engine.contract import UploadedFile
from meddx.engine.job_store import UPLOADED_IMAGES, UPLOADS, JobLock, JobStore, disk_refusal, private, private_folder
from meddx.errors import Refused
from meddx.evaluate.sets.inspection import write_relative_table
from meddx.evaluate.sets.unpack_upload import member_path, unpack_upload
from meddx.types import Progress

_RAW, _LOCK = "raw", "lock"
_LOOK_SECONDS = 0.05


def store_upload(files: Iterable[UploadedFile]) -> str:
    """Store uploaded files unchanged and return the upload's token.

    Raises Refused, and then leaves nothing.
    """
    store = JobStore()
    token = secrets.token_urlsafe(16)
    upload = store.directory / UPLOADS / token
    try:
        for folder in (store.directory, store.directory / UPLOADS, upload):
            private_folder(folder)
        _write(files, upload / _RAW)
    except BaseException as error:
        shutil.rmtree(upload, ignore_errors=True)
        if isinstance(error, OSError):
            raise disk_refusal(error) from error
        raise
    return token


def _write(files: Iterable[UploadedFile], raw: Path) -> None:
    raw.mkdir()
    for name, content in files:
        path = member_path(name)
        if path is None:
            continue
        target = raw / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(target, "wb", opener=private) as file:
            for piece in content:
                file.write(piece)


@contextmanager
def unpacked_upload(token: str, progress: Progress) -> Iterator[Path]:
    """Yield the folder of the upload's images, with archives unpacked and the paths in its table made relative.

    Only one job holds it at a time; others wait, and give way. Raises Refused.
    """
    lock = _lock(token, progress)
    try:
        yield _unpack(_folder(token), progress)
    finally:
        lock.release()


@contextmanager
def uploaded_file(token: str, progress: Progress, *, keep: bool = False) -> Iterator[Path]:
    """Yield the only file of an upload as it was given, under its own name; nothing is unpacked.

    keep: whether it stays for other jobs; it is deleted afterwards without. Only one job holds it at a time; others
    wait, and give way. Raises Refused.
    """
    lock = _lock(token, progress)
    try:
        files = [path for path in sorted((_folder(token) / _RAW).rglob("*")) if path.is_file()]
        if len(files) != 1:
            raise Refused("not-one-file", f"The upload holds {len(files)} files; upload the one file alone.")
        yield files[0]
    finally:
        if not keep:
            shutil.rmtree(_folder(token), ignore_errors=True)
        lock.release()


def claim_upload(token: str, folder: Path, progress: Progress) -> None:
    """Move the unpacked images to a job's folder, which owns them from then on.

    Raises Refused.
    """
    with unpacked_upload(token, progress) as images:
        images.rename(folder / UPLOADED_IMAGES)
        shutil.rmtree(_folder(token), ignore_errors=True)


def _lock(token: str, progress: Progress) -> JobLock:
    while True:
        upload = _folder(token)
        with suppress(FileNotFoundError):  # another job took it: the next look says so
            lock = JobLock.acquire(upload / _LOCK)
            if lock is not None and upload.is_dir():
                return lock
            if lock is not None:
                lock.release()
        progress(0, 0, "Waiting for another job with the same upload")
        time.sleep(_LOOK_SECONDS)


def _unpack(upload: Path, progress: Progress) -> Path:
    images = upload / UPLOADED_IMAGES
    if images.exists():
        return images
    raw, partial = upload / _RAW, upload / f"{UPLOADED_IMAGES}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700)
    try:
        files = [path for path in sorted(raw.rglob("*")) if path.is_file()]
        if not files:
            raise Refused("empty-upload", "The upload holds no images; add a ZIP archive, or images and a CSV file.")
        for path in files:
            _unpack_file(path, partial, PurePosixPath(path.relative_to(raw)), len(files) == 1, progress)
        write_relative_table(partial)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    partial.rename(images)
    shutil.rmtree(raw)
    return images


def _unpack_file(path: Path, folder: Path, name: PurePosixPath, alone: bool, progress: Progress) -> None:
    """Unpack an archive, in a folder of its name unless it is alone; link any other file."""
    if path.suffix.lower() == ".zip":
        target = folder if alone else folder / name.with_suffix("")
        unpack_upload(path, target, lambda done, total, _="": progress(done >> 20, total >> 20, "Unpacking (MiB)"))
    else:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.hardlink_to(path)  # the raw one stays until all are there


def _folder(token: str) -> Path:
    store = JobStore()
    store.folder(token)  # refuses what is no token
    upload = store.directory / UPLOADS / token
    if not upload.is_dir():
        raise Refused("no-upload", "The upload is not there any more; upload the images again.")
    return upload
