"""Writing of files and folders that are there whole or not at all, whatever ends the program: a full disk, a kill."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def whole_file(path: Path, *, private: bool = False) -> Iterator[Path]:
    """Yield a path to write to beside `path`, which takes its place afterwards.

    private: for this user only. Nothing is left, and what was there stays, where the work raises. What is no regular
    file, such as /dev/stdout, is written itself. Raises OSError.
    """
    if path.exists() and not path.is_file():
        yield path
        return
    target = path.resolve()  # a link stays one
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=f".partial{target.suffix}", dir=target.parent)
    os.close(handle)
    partial = Path(name)
    try:
        yield partial
        if not private:
            partial.chmod(target.stat().st_mode & 0o7777 if target.exists() else 0o666 & ~_umask())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder whose content is that of `path` afterwards. `path`: a new folder, or one that is empty.

    Nothing is left where the work raises, nor the folders above that were made for it. Raises OSError.
    """
    target = path.resolve()
    made = [folder for folder in target.parents if not folder.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    here = target.is_dir()  # may be the working directory or a disk of its own, which cannot be renamed
    try:
        beside = target if here else target.parent
        partial = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".partial", dir=beside))
        try:
            yield partial
            if here:
                for one in sorted(partial.iterdir()):
                    one.rename(target / one.name)
            else:
                partial.chmod(0o777 & ~_umask())
                partial.rename(target)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    except BaseException:
        for folder in made:
            with suppress(OSError):  # something else lies in it by now
                folder.rmdir()
        raise


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only this user may read, whole or not at all."""
    with whole_file(path, private=True) as partial, open(partial, "wb", opener=private) as file:
        file.write(data)


def private(path: str, flags: int) -> int:
    """Open a file for this user only, as an opener for `open`."""
    return os.open(path, flags, 0o600)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
