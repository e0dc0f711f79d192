"""The files that `meddx deid` copies: of a folder, and of the ZIP archives in it, which are read without unpacking."""

import zipfile
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePath

from meddx.config import max_upload_bytes
from meddx.errors import Refused
from meddx.evaluate.sets.unpack_upload import open_archive
from meddx.imaging.refusals import refusal


@dataclass(frozen=True)
class InputFile:
    """One file: its name for messages, the parts of its path below IN, and what reads it or raises Refused."""

    name: str
    parts: tuple[str, ...]
    read: Callable[[], bytes]


def sources_of(given: Path, opened: ExitStack) -> list[InputFile]:
    """Return every file of a file, folder or ZIP archive but hidden ones, in order; archives stay open in `opened`."""
    if not given.is_dir():
        return _of_file(given, (given.name,), opened)
    found = []
    for path in sorted(given.rglob("*")):
        parts = path.relative_to(given).parts
        if any(part.startswith(".") for part in parts) or (path.is_dir() and not path.is_symlink()):
            continue
        found += _of_file(path, parts, opened)
    return found


def _of_file(path: Path, parts: tuple[str, ...], opened: ExitStack) -> list[InputFile]:
    if path.is_symlink() or not path.is_file():
        reason = "This is a link or no regular file, which may lead anywhere; name the file that it stands for."
        return [_refused(str(path), parts, Refused("no-regular-file", reason))]
    if not _is_archive(path):
        return [InputFile(str(path), parts, partial(_read_file, path))]
    try:
        content, members = opened.enter_context(open_archive(path))
    except Refused as refused:
        return [_refused(str(path), parts, refused)]
    return [
        InputFile(f"{path}/{inside}", (*parts, *inside.parts), partial(_read_member, content, member))
        for member, inside in members
    ]


def _is_archive(path: Path) -> bool:
    """Return whether the file begins like a ZIP archive."""
    try:
        with path.open("rb") as file:
            return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
    except OSError:
        return False


def _refused(name: str, parts: tuple[str, ...], refused: Refused) -> InputFile:
    def read() -> bytes:
        raise refused

    return InputFile(name, parts, read)


def _read_file(path: Path) -> bytes:
    try:
        _refuse_large(path.stat().st_size)
        return path.read_bytes()
    except OSError as error:
        raise Refused("unreadable-file", f"The file cannot be read ({type(error).__name__}); check it.") from None


def _read_member(content: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    _refuse_large(member.file_size)
    if PurePath(member.filename).suffix.lower() == ".zip":
        raise Refused("nested-archive", "An archive within an archive is not opened; unpack it first.")
    try:
        with content.open(member) as file:
            return file.read(member.file_size)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError):
        raise refusal("truncated") from None


def _refuse_large(size: int) -> None:
    if size > max_upload_bytes():
        raise Refused(
            "too-large-file",
            f"The file has more than {max_upload_bytes() >> 20} MiB; split it, or have MEDDX_MAX_UPLOAD_BYTES raised.",
        )
