"""How much of the disk the uploads of one owner take: those that wait for a job, and the images of evaluations."""

import json
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from meddx.engine.job_store import UPLOADED_IMAGES, UPLOADS, JobLock, JobStore
from meddx.errors import Refused
from meddx.whole_file import write_private

RAW, LOCK = "raw", "lock"
"""In an upload's folder: what was uploaded, and the lock of the job that reads it."""
_SHARE = "share.json"
SERVER_VARIABLE = "_MEDDX_SERVER"
"""Of a worker's environment: process_identity of the server that started it."""


def note_share(folder: Path, owner: str, size: int) -> None:
    """Write down whose an upload is and how many bytes it takes. Raises OSError."""
    noted = {"owner": owner, "bytes": size, "server": os.environ.get(SERVER_VARIABLE, "")}
    write_private(folder / _SHARE, json.dumps(noted).encode())


def share_of(folder: Path) -> tuple[str, int]:
    """Return owner and bytes of an upload, or of a job's images; nobody's and 0 where nothing is noted or left."""
    if not any((folder / kept).exists() for kept in (RAW, UPLOADED_IMAGES)):
        return "", 0
    try:
        noted = json.loads((folder / _SHARE).read_bytes())
        return str(noted["owner"]), int(noted["bytes"])
    except (OSError, ValueError, KeyError, TypeError):
        return "", 0


def move_share(source: Path, target: Path) -> None:
    """Move the note with the images. Raises OSError."""
    with suppress(FileNotFoundError):
        (source / _SHARE).replace(target / _SHARE)


def taken(store: JobStore, owner: str, *, but: Path) -> int:
    """Return how many bytes an owner's uploads and images take; "" is nobody, and takes none. but: is left out."""
    if not owner:
        return 0
    return sum(size for folder in _folders(store) if folder != but for of, size in [share_of(folder)] if of == owner)


def make_room(store: JobStore, owner: str, *, but: Path) -> bool:
    """Remove the owner's oldest upload that remove_upload removes; return whether there was one."""
    uploads = [folder for folder in _below(store.directory / UPLOADS) if folder != but and share_of(folder)[0] == owner]
    return any(remove_upload(store, folder) for folder in sorted(uploads, key=lambda one: one.stat().st_mtime))


def remove_upload(store: JobStore, folder: Path) -> bool:
    """Remove an upload unless a job reads it, or a stored one waits for it; return whether it is gone."""
    if any(job.unfinished and job.arguments.get("upload") == folder.name for job in store.all()):
        return False
    try:
        lock = JobLock.acquire(folder / LOCK)
    except FileNotFoundError:
        return True
    if lock is None:
        return False
    shutil.rmtree(folder, ignore_errors=True)
    lock.release()
    return True


def process_identity(pid: int) -> str:
    """Return what tells a process of this computer from every other, of other times too (proc(5)); "" for none."""
    try:
        started = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
    return f"{socket.gethostname()} {pid} {started}"


def sweep_abandoned(store: JobStore) -> None:
    """Remove uploads of servers of this computer that have ended, but for those that stored jobs go on with."""
    for folder in _below(store.directory / UPLOADS):
        with suppress(OSError, ValueError, KeyError, TypeError):
            host, pid, _ = (server := str(json.loads((folder / _SHARE).read_bytes())["server"])).split()
            if host == socket.gethostname() and process_identity(int(pid)) != server:
                remove_upload(store, folder)


def too_large() -> Refused:
    """Return the refusal of what an owner's share has no room for."""
    return Refused(
        "too-large-upload",
        "Your uploads and the images of your evaluations take all the room that one person has on this server: delete "
        "evaluations, or upload less.",
    )


def _folders(store: JobStore) -> Iterator[Path]:
    yield from _below(store.directory / UPLOADS)
    yield from (folder for folder in _below(store.directory) if folder.name != UPLOADS)


def _below(path: Path) -> Iterator[Path]:
    with suppress(FileNotFoundError):
        yield from (entry for entry in path.iterdir() if entry.is_dir())
