"""Hold a SavedModel's folder, or a ZIP archive of one, to limits before anything in it is read."""

import hashlib
import re
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from meddx.errors import Refused
from meddx.model.importing.file_limits import CONFIG_JSON, LARGEST_FILE, LARGEST_RATIO, copy_member

GRAPH = "saved_model.pb"
_VARIABLES = re.compile(r"variables/variables\.(index|data-\d{5}-of-\d{5})")
"""The files that are read, by their path in the folder: the graph, and the checkpoint of the variables. No other is."""
MOST_FILES = 1000


def holds_saved_model(path: Path) -> bool:
    """Return whether a folder is a SavedModel, or a ZIP archive holds one, without unpacking anything.

    An archive with the configuration of a Keras archive is one, whatever else is in it.
    """
    if path.is_dir():
        return (path / GRAPH).is_file()
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
        return CONFIG_JSON not in names and any(PurePosixPath(name).name == GRAPH for name in names)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):  # no archive, or a broken one
        return False


@contextmanager
def saved_model_folder(path: Path) -> Iterator[Path]:
    """Give the folder of a SavedModel, unpacked to a temporary one where `path` is an archive. Raises Refused."""
    if path.is_dir():
        yield path
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        try:
            with zipfile.ZipFile(path) as archive:
                _unpack(archive, folder)
        except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError) as error:
            raise Refused("model-file-broken", "The archive is cut short or damaged; pack the folder again.") from error
        yield folder


def _unpack(archive: zipfile.ZipFile, folder: Path) -> None:
    members = archive.infolist()
    (root, *others) = {PurePosixPath(one.filename).parent for one in members if _named(one) == GRAPH}
    if others or len(members) > MOST_FILES:
        raise Refused("archive-member", "The archive holds more than one SavedModel; pack one folder alone.")
    (folder / "variables").mkdir()
    taken: set[str] = set()
    total = 0
    for member in members:
        try:
            name = PurePosixPath(member.filename).relative_to(root).as_posix()
        except ValueError:
            continue
        if not _is_read(name):
            continue
        if name in taken or member.is_dir() or member.external_attr >> 28 == 0xA or member.flag_bits & 1:
            raise Refused("archive-member", f"{name} is a link, encrypted or there twice; pack the folder again.")
        if member.file_size > LARGEST_RATIO * max(member.compress_size, 2**10):
            raise Refused("archive-bomb", f"{name} would unpack to far more than its size; pack the folder again.")
        total += member.file_size
        if total > LARGEST_FILE:
            raise Refused(
                "archive-too-large",
                f"The archive would unpack to more than {LARGEST_FILE // 2**30} GiB; use a smaller network.",
            )
        taken.add(name)
        with (folder / name).open("wb") as target:
            copy_member(archive, member.filename, target)


def _named(member: zipfile.ZipInfo) -> str:
    return PurePosixPath(member.filename).name


def _is_read(name: str) -> bool:
    return name == GRAPH or _VARIABLES.fullmatch(name) is not None


def check_folder(folder: Path) -> tuple[str, int]:
    """Return SHA-256 and bytes of the files that are read, as one number each.

    The hash is that of the lines that sha256sum prints of them in alphabetical order.
    Raises Refused for links, missing files and folders above the limit.
    """
    names = [GRAPH]
    if (folder / "variables").is_dir() and not (folder / "variables").is_symlink():
        names += [f"variables/{path.name}" for path in (folder / "variables").iterdir()]
    names = sorted(name for name in names if _is_read(name))
    paths = [folder / name for name in names]
    if len(names) < 3 or len(names) > MOST_FILES or any(path.is_symlink() or not path.is_file() for path in paths):
        raise Refused(
            "savedmodel-incomplete",
            f"A SavedModel consists of {GRAPH} and the files of its variables, and one of them is missing or a link; "
            "copy the whole folder again.",
        )
    size = sum(path.stat().st_size for path in paths)
    if size > LARGEST_FILE:
        raise Refused(
            "model-file-too-large",
            f"The SavedModel has {size / 2**30:.1f} GiB, and at most {LARGEST_FILE // 2**30} GiB are read; "
            "use a smaller network.",
        )
    lines = hashlib.sha256()
    for name, path in zip(names, paths, strict=True):
        with path.open("rb") as file:
            lines.update(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {name}\n".encode())
    return lines.hexdigest(), size
