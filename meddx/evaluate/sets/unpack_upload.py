"""Unpack an uploaded archive into its own folder, within limits of size and number of files."""

import errno
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from meddx.config import max_unpacked_bytes, max_unpacked_files
from meddx.errors import Refused
from meddx.types import Progress, no_progress

Member = tuple[zipfile.ZipInfo, PurePosixPath]
"""A file of an archive, and the path to unpack it to."""

_PIECE = 1 << 20
_JUNK = frozenset({"__macosx", "thumbs.db", "desktop.ini"})
_ENTRY_BYTES = 1024
"""Generous size of an entry of a ZIP directory: a 46-byte header, a name, extra fields."""
_END, _END_64, _LOCATOR_64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Supported compression methods; others could unpack to any size in one read."""
_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass
class UnpackingRoom:
    """What may yet be unpacked of one upload, or of all that one owner has uploaded."""

    bytes: int = field(default_factory=max_unpacked_bytes)
    files: int = field(default_factory=max_unpacked_files)

    def take(self, members: "list[Member]") -> None:
        """Take room for the members of an archive.

        Raises Refused where there is not enough.
        """
        total = sum(one.file_size for one, _ in members)
        if len(members) > self.files or total > self.bytes:
            raise Refused(
                "too-large-archive",
                f"The archive holds {len(members)} files of {total / 2**30:.1f} GiB in all; at most {self.files} files "
                f"of {self.bytes / 2**30:.1f} GiB are taken. Name a folder instead.",
            )
        self.files -= len(members)
        self.bytes -= total


def unpack_upload(
    archive: Path, folder: Path, progress: Progress = no_progress, room: UnpackingRoom | None = None
) -> None:
    """Unpack the archive below `folder`. room: for this archive and others; by default the settings' for it alone.

    A damaged member becomes an empty file, which its reader then refuses. Members that operating systems add
    (__MACOSX, names that begin with a dot, Thumbs.db) are skipped. progress: bytes so far and in all.
    Raises Refused for a file that is no ZIP archive, is encrypted, has members outside `folder`, or exceeds the room;
    OSError where the disk is full.
    """
    with open_archive(archive, room) as (content, members):
        total = sum(member.file_size for member, _ in members)
        done = 0
        for member, path in members:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            _write(content, member, target)
            done += member.file_size
            progress(done, total)


@contextmanager
def open_archive(
    archive: Path | BinaryIO, room: UnpackingRoom | None = None
) -> Iterator[tuple[zipfile.ZipFile, list[Member]]]:
    """Open a ZIP archive and yield it with its files and their safe paths, after checking sizes and names.

    Raises Refused, and turns what zipfile raises meanwhile into it; OSError where the disk is full.
    """
    try:
        _refuse_long_directory(archive)
        with zipfile.ZipFile(archive) as content:
            members = [
                (one, path) for one in content.infolist() if (path := member_path(one.filename)) and _is_file(one)
            ]
            _refuse_unreadable(members)
            (room or UnpackingRoom()).take(members)
            yield content, members
    except (OSError, zipfile.BadZipFile, struct.error, NotImplementedError, ValueError) as error:
        if isinstance(error, OSError) and error.errno in _FULL:
            raise
        raise Refused(
            "unreadable-archive", "The file is no ZIP archive that could be unpacked; pack it anew."
        ) from error


def member_path(name: str) -> PurePosixPath | None:
    """Return the path to unpack a member of this name to, None for files that operating systems add.

    Raises Refused where it would lie outside the folder.
    """
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in (path.parts or ("",))[0]:
        raise Refused("other-archive", "The archive has a member that would lie outside its folder; pack it anew.")
    junk = any(part.startswith(".") or part.casefold() in _JUNK for part in path.parts)
    return None if junk or not path.parts else path


def _is_file(member: zipfile.ZipInfo) -> bool:
    kind = stat.S_IFMT(member.external_attr >> 16)
    return not member.is_dir() and kind in (0, stat.S_IFREG)


def _refuse_unreadable(members: list[Member]) -> None:
    if any(one.flag_bits & 1 for one, _ in members):
        raise Refused("encrypted-archive", "The archive is encrypted; upload one without a password.")
    if any(one.compress_type not in _PACKED for one, _ in members):
        raise Refused("unknown-packing", "The archive is packed in a rare way; pack it anew with Deflate.")


def _write(content: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    """Write a member to `target`, at most the size stated in the directory, since zipfile reads no more."""
    with target.open("wb") as file:
        target.chmod(0o600)
        try:
            with content.open(member) as packed:
                while piece := packed.read(_PIECE):
                    file.write(piece)
        except (zipfile.BadZipFile, zlib.error, EOFError):
            file.truncate(0)


def _refuse_long_directory(archive: Path | BinaryIO) -> None:
    """Raise Refused for a directory with too many entries, before zipfile reads the whole of it.

    Its length is found as in APPNOTE 6.3.10, 4.3.14 to 4.3.16.
    """
    with archive.open("rb") if isinstance(archive, Path) else nullcontext(archive) as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 22 - 65535))
        tail = file.read()
        at = tail.rfind(_END)
        if at < 0:
            raise zipfile.BadZipFile
        length = struct.unpack_from("<L", tail, at + 12)[0]
        if length == 0xFFFFFFFF and tail[at - 20 : at - 16] == _LOCATOR_64:
            file.seek(struct.unpack_from("<Q", tail, at - 12)[0])
            record = file.read(56)
            if record[:4] != _END_64:
                raise zipfile.BadZipFile
            length = struct.unpack_from("<Q", record, 40)[0]
    if length > _ENTRY_BYTES * max_unpacked_files():
        raise Refused("too-large-archive", f"The archive holds more than {max_unpacked_files()} files; name a folder.")
