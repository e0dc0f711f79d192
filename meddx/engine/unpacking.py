"""Unpack images from a ZIP archive in memory, each of its files to an image or to the reason why it is none."""

import zipfile
import zlib
from io import BytesIO
from pathlib import PurePosixPath

from meddx.engine.contract import ARCHIVE_SIGNATURES, ArchiveMember, UnpackedPart
from meddx.errors import Refused
from meddx.evaluate.sets.unpack_upload import Member, open_archive
from meddx.imaging.media_directory import DIRECTORY_NAME, listed_images
from meddx.imaging.other_formats import other_format
from meddx.imaging.read_image import HEAD_BYTES, looks_like_image
from meddx.imaging.refusals import REFUSAL_SENTENCES
from meddx.types import Refusal

_PART_BYTES = 128 << 20
_PART_FILES = 500
_LARGEST_DIRECTORY = 64 << 20
"""Bytes of a DICOMDIR; one of ten thousand images has about 5 MB."""
_NESTED = Refusal("nested-archive", "An archive inside an archive is not unpacked: unpack it, and add what it holds.")
_DAMAGED = Refusal("damaged-in-archive", "The file is damaged inside its archive: pack it anew.")
_MISSING = Refusal("not-in-archive", "The DICOMDIR lists this image, and the archive does not hold it: add it too.")


def unpack(archive: bytes, room: int, start: int = 0) -> UnpackedPart:
    """Return the files of an archive from number `start` on, as meddx.engine.contract.Engine.unpack says.

    Sizes are those that the archive's directory states, of which no file yields more; a file is read to its end only
    where it begins like an image. Raises Refused.
    """
    try:
        with open_archive(BytesIO(archive)) as (content, members):
            return _part(content, members, room, start)
    except Refused as refused:
        if refused.rule != "too-large-archive":
            raise
        raise Refused(refused.rule, "The archive unpacks to more than this server takes: add it in parts.") from None


def _part(content: zipfile.ZipFile, members: list[Member], room: int, start: int) -> UnpackedPart:
    missing = _missing(content, members)
    unpacked = [] if start or missing is None else [ArchiveMember(str(path), b"", _MISSING) for path in missing]
    top = len(_common_folder([path for _, path in members]).parts)
    held, at = 0, start
    while at < len(members) and held < _PART_BYTES and at - start < _PART_FILES:
        info, path = members[at]
        member = _unpack_member(content, info, str(PurePosixPath(*path.parts[top:])), room - held)
        held += len(member.data)
        unpacked.append(member)
        at += 1
    return UnpackedPart(tuple(unpacked), at, len(members), missing is not None)


def _common_folder(paths: list[PurePosixPath]) -> PurePosixPath:
    """Return the innermost folder that holds all paths."""
    folders = [path.parent for path in paths] or [PurePosixPath()]
    common = folders[0]
    while not all(folder.is_relative_to(common) for folder in folders):
        common = common.parent
    return common


def _unpack_member(content: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, room: int) -> ArchiveMember:
    try:
        with content.open(info) as packed:
            head = packed.read(HEAD_BYTES)
            refusal = _refusal(head, name, info.file_size, room)
            return ArchiveMember(name, b"" if refusal else head + packed.read(), refusal)
    except (zipfile.BadZipFile, zlib.error, EOFError):
        return ArchiveMember(name, b"", _DAMAGED)


def _refusal(head: bytes, name: str, size: int, room: int) -> Refusal | None:
    """Return why a file is not unpacked, by its first bytes and its size."""
    if not head:
        return _sentence("empty")
    if head.startswith(ARCHIVE_SIGNATURES):
        return _NESTED
    if not looks_like_image(head):
        return _sentence(other_format(head) or "not-an-image")
    if PurePosixPath(name).name.upper() == DIRECTORY_NAME:
        return _sentence("media-directory")
    if size > room:
        return Refusal(
            "session-full",
            f"The image takes {size / 2**20:.0f} MB, more than may yet be added: remove some images from the list.",
        )
    return None


def _sentence(rule: str) -> Refusal:
    return Refusal(rule, REFUSAL_SENTENCES[rule])


def _missing(content: zipfile.ZipFile, members: list[Member]) -> list[PurePosixPath] | None:
    """Return the images that a DICOMDIR of the archive lists and that it does not hold; None without a DICOMDIR.

    Files that have lost their folders, as those that a browser hands over, cannot be told from missing ones.
    """
    is_medium, missing = False, []
    is_flat = all(len(path.parts) == 1 for _, path in members)
    held = {str(path).casefold() for _, path in members}
    for info, path in members:
        if path.name.upper() != DIRECTORY_NAME or info.file_size > _LARGEST_DIRECTORY:
            continue
        try:
            listed = listed_images(content.read(info))
        except (zipfile.BadZipFile, zlib.error, EOFError):
            listed = None
        if listed is not None:
            is_medium = True
            missing += [one for one in listed if not is_flat and str(path.parent / one).casefold() not in held]
    return missing if is_medium else None
