"""Unpack a ZIP archive into its folder, and nothing outside it."""

import zipfile
from pathlib import Path, PurePosixPath

from meddx.errors import Refused
from meddx.types import Progress, no_progress
from meddx.whole_file import whole_folder


def unpack_archive(archive: Path, folder: Path, progress: Progress = no_progress) -> None:
    """Unpack the members below the archive's top folder of the same name as `folder` to `folder`.

    `folder` is created only when all are unpacked. Members that macOS adds (__MACOSX, names that begin with a dot) are
    skipped. progress: bytes so far and in all.
    Raises Refused for an archive without such members, or with one that would lie elsewhere.
    """
    with zipfile.ZipFile(archive) as content:
        members = [one for one in content.infolist() if not one.is_dir() and _wanted(one.filename, folder.name)]
        if not members:
            raise Refused("other-archive", f"{archive} has no folder {folder.name} in it; download it again.")
        total, done = sum(one.file_size for one in members), 0
        with whole_folder(folder) as partial:
            for member in members:
                target = partial.joinpath(*PurePosixPath(member.filename).parts[1:])
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read(member))
                done += member.file_size
                progress(done, total)


def _wanted(name: str, top: str) -> bool:
    parts = PurePosixPath(name).parts
    if ".." in parts:
        raise Refused("other-archive", "The archive has a member that would lie outside its folder; download it again.")
    return parts[0] == top and len(parts) > 1 and not any(part.startswith(".") for part in parts)
