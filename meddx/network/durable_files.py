"""Files that are on the disk, not only in its cache, before anybody is told that they are there."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


def write_durably(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all, and still after a loss of power. Raises OSError."""
    with written_beside(path, content) as put_in_place:
        put_in_place()


@contextmanager
def written_beside(path: Path, content: bytes) -> Iterator[Callable[[], None]]:
    """Write a file beside its place, and yield what puts it there, likewise; what was not put goes. Raises OSError."""
    handle, name = tempfile.mkstemp(prefix=".", suffix=".partial", dir=path.parent)
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

        def put_in_place() -> None:
            partial.replace(path)
            _sync_folder(path.parent)

        yield put_in_place
    finally:
        partial.unlink(missing_ok=True)


def write_folder_durably(path: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write a folder of files, likewise, in place of one that may be there, each as it is made. Raises OSError."""
    partial = Path(tempfile.mkdtemp(prefix=".", suffix=".partial", dir=path.parent))
    try:
        for name, content in files:
            write_durably(partial / name, content)
        shutil.rmtree(path, ignore_errors=True)
        partial.rename(path)
        _sync_folder(path.parent)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
