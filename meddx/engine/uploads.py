"""Store uploads in the private folder of jobs until an evaluation takes them or they are removed."""

import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from meddx.config import max_unpacked_bytes, max_upload_bytes
from meddx.engine.contract import UploadedFile
from meddx.engine.disk_shares import (
    LOCK,
    RAW,
    make_room,
    move_share,
    note_share,
    remove_upload,
    share_of,
    taken,
    too_large,
)  # fmt: skip
from meddx.engine.job_store import UPLOADED_IMAGES, UPLOADS, JobLock, JobStore, disk_refusal, private_folder
from meddx.errors import Refused
from meddx.evaluate.sets.inspection import write_relative_table
from meddx.evaluate.sets.unpack_upload import UnpackingRoom, member_path, unpack_upload
from meddx.types import Progress
from meddx.whole_file import private

_LOOK_SECONDS = 0.05


def store_upload(files: Iterable[UploadedFile], owner: str = "") -> str:
    """Store uploaded files unchanged and return the upload's token.

    owner: whose share of the disk they take, "" for nobody's; the owner's oldest uploads that no job has taken make
    room for them.

    Raises Refused, and then leaves nothing.
    """
    store = JobStore()
    token = secrets.token_urlsafe(16)
    upload = store.directory / UPLOADS / token
    try:
        for folder in (store.directory, store.directory / UPLOADS, upload):
            private_folder(folder)
        note_share(upload, owner, 0)
        note_share(upload, owner, _write(files, upload / RAW, _Share(store, owner, upload)))
    except BaseException as error:
        shutil.rmtree(upload, ignore_errors=True)
        if isinstance(error, OSError):
            raise disk_refusal(error) from error
        raise
    return token


class _Share:
    """The room that an owner has for uploads as they are, checked before each piece is written."""

    def __init__(self, store: JobStore, owner: str, upload: Path) -> None:
        self._store, self._owner, self._upload = store, owner, upload
        self._others = taken(store, owner, but=upload)

    def check(self, size: int) -> None:
        """Make room for so many bytes of the upload. Raises Refused where there is none to be made."""
        if size > max_upload_bytes():
            raise too_large()
        while self._owner and size + self._others > max_upload_bytes() + max_unpacked_bytes():
            if not make_room(self._store, self._owner, but=self._upload):
                raise too_large()
            self._others = taken(self._store, self._owner, but=self._upload)


def _write(files: Iterable[UploadedFile], raw: Path, share: _Share) -> int:
    """Write the files and return how many bytes they have."""
    raw.mkdir()
    size = 0
    for name, content in files:
        path = member_path(name)
        if path is None:
            continue
        target = raw / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(target, "wb", opener=private) as file:
            for piece in content:
                size += len(piece)
                share.check(size)
                file.write(piece)
    return size


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
        files = [path for path in sorted((_folder(token) / RAW).rglob("*")) if path.is_file()]
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
        move_share(_folder(token), folder)
        shutil.rmtree(_folder(token), ignore_errors=True)


def discard_upload(token: str) -> None:
    """Remove an upload that no job has taken or reads, if it is there. Raises Refused for what is no token."""
    with suppress(FileNotFoundError):
        store = JobStore()
        store.folder(token)  # refuses what is no token
        remove_upload(store, store.directory / UPLOADS / token)


def _lock(token: str, progress: Progress) -> JobLock:
    while True:
        upload = _folder(token)
        with suppress(FileNotFoundError):  # another job took it: the next look says so
            lock = JobLock.acquire(upload / LOCK)
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
    raw, partial = upload / RAW, upload / f"{UPLOADED_IMAGES}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700)
    try:
        files = [path for path in sorted(raw.rglob("*")) if path.is_file()]
        if not files:
            raise Refused("empty-upload", "The upload holds no images; add a ZIP archive, or images and a CSV file.")
        owner, _ = share_of(upload)
        room = UnpackingRoom()
        room.bytes = max(0, room.bytes - taken(JobStore(), owner, but=upload))
        for path in files:
            name = PurePosixPath(path.relative_to(raw))
            if path.suffix.lower() == ".zip":
                _unpack_archive(path, partial if len(files) == 1 else partial / name.with_suffix(""), progress, room)
            else:
                _link(path, partial / name)
        write_relative_table(partial)
        note_share(upload, owner, sum(path.stat().st_size for path in partial.rglob("*") if path.is_file()))
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    partial.rename(images)
    shutil.rmtree(raw)
    return images


def _unpack_archive(archive: Path, folder: Path, progress: Progress, room: UnpackingRoom) -> None:
    unpack_upload(archive, folder, lambda done, total, _="": progress(done >> 20, total >> 20, "Unpacking (MiB)"), room)


def _link(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.hardlink_to(path)  # the raw one stays until all are there


def _folder(token: str) -> Path:
    store = JobStore()
    store.folder(token)  # refuses what is no token
    upload = store.directory / UPLOADS / token
    if not upload.is_dir():
        raise Refused("no-upload", "The upload is not there any more; upload the images again.")
    return upload
