"""De-identify a labelled set while it is uploaded: its images, and the one table that says what they show.

Files and folders get pseudonyms. Where no table lists the images, their classes are the names of folders: these go into
a table instead.
"""

import csv
import io
import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path, PurePosixPath

from meddx.config import max_upload_bytes
from meddx.engine.contract import ARCHIVE_SIGNATURES, UploadedFile
from meddx.engine.disk_shares import too_large
from meddx.errors import Refused
from meddx.evaluate.class_names import key
from meddx.evaluate.sets.deidentified_table import deidentified_rows, lists_images
from meddx.evaluate.sets.image_finder import ImageFinder
from meddx.evaluate.sets.inspection import RELATIVE_TABLE
from meddx.evaluate.sets.manifest import rows_of
from meddx.evaluate.sets.manifest_roles import LABEL_NAMES
from meddx.evaluate.sets.name_pseudonyms import name_pseudonym, without_ending
from meddx.evaluate.sets.subfolders import NOT_FILMS
from meddx.evaluate.sets.unpack_upload import member_path, open_archive
from meddx.imaging.deidentification.deidentify import Deidentified
from meddx.imaging.deidentification.pseudonyms import Pseudonyms
from meddx.imaging.read_image import HEAD_BYTES, looks_like_image
from meddx.model.record_fields import RecordField

_NUMPY = (".npz", ".npy")

ImagePaths = Mapping[PurePosixPath, str]
"""Path of an image in the upload -> its path now, without what it was called."""


def deidentified_upload(
    files: Iterable[UploadedFile],
    deidentify: Callable[[bytes], Deidentified],
    pseudonyms: Pseudonyms,
    *,
    characteristics: bool,
    fields: Sequence[RecordField] = (),
) -> Iterator[UploadedFile]:
    """Yield the images of an upload de-identified, archives unpacked, and then a table of them.

    characteristics, fields: as for deidentified_rows. Texts that no evaluation reads are left out. Raises Refused for
    any other file, without its name.
    """
    names: dict[PurePosixPath, str] = {}
    taken: set[str] = set()
    tables: list[tuple[PurePosixPath, list[dict[str, str]]]] = []
    for number, (path, data) in enumerate(_each(files), 1):
        if looks_like_image(data[:HEAD_BYTES]):
            try:
                made = deidentify(data)
            except Refused as refused:
                raise Refused(refused.rule, f"File {number} of the upload cannot be taken. {refused.reason}") from None
            if (stem := name_pseudonym(str(path), pseudonyms)) in taken:
                raise Refused(
                    "same-name",
                    f"File {number} of the upload differs from another one of its folder in its ending alone: rename "
                    "one of them.",
                )
            taken.add(stem)
            names[path] = stem + made.suffix
            yield names[path], [made.data]
        elif path.suffix.lower() == ".csv":
            if lists_images(rows := rows_of(data)):
                tables.append((path, rows))
        elif path.suffix.lower() not in NOT_FILMS:
            raise _no_image(number, path)
    rows = _listed(tables, names, pseudonyms, characteristics, fields) if tables else _by_folder(names)
    if rows:
        yield RELATIVE_TABLE, [_csv(rows)]


def _no_image(number: int, path: PurePosixPath) -> Refused:
    if path.suffix.lower() in _NUMPY:
        return Refused(
            "numpy-in-upload",
            f"File {number} of the upload is a NumPy archive, of which this server cannot tell what identifies a "
            "patient: write its images as PNG, in a folder for each class or with a CSV file that lists them.",
        )
    return Refused(
        "no-image-in-upload",
        f"File {number} of the upload is no image, and this server de-identifies what it takes: give images in a "
        "folder for each class, or images and a CSV file that lists them.",
    )


def _listed(
    given: Sequence[tuple[PurePosixPath, list[dict[str, str]]]],
    names: ImagePaths,
    pseudonyms: Pseudonyms,
    characteristics: bool,
    fields: Sequence[RecordField],
) -> list[dict[str, str]]:
    """Return the rows of the only table that lists the images; where some name a label, those alone count."""
    tables = [one for one in given if any(key(column) in LABEL_NAMES for column in one[1][0])] or given
    if len(tables) > 1:
        raise Refused("several-tables", f"There are {len(tables)} CSV files that name images; leave one.")
    path, rows = tables[0]
    known = {Path(name): new for name, new in names.items()}

    def is_file(file: Path) -> bool:
        return _normal(file) in known

    def below(folder: Path) -> Iterable[Path]:
        return (one for one in sorted(known) if one.is_relative_to(folder))

    beside, anywhere = (ImageFinder(Path(folder), is_file, below) for folder in (path.parent, "."))

    def file(cell: str) -> str:
        found = (known.get(_normal(find(cell))) for find in (beside, anywhere))
        return next((new for new in found if new is not None), None) or name_pseudonym(cell, pseudonyms)

    return deidentified_rows(rows, file, pseudonyms, characteristics=characteristics, fields=fields)


def _normal(path: Path) -> Path:
    return Path(posixpath.normpath(path))


def _by_folder(names: ImagePaths) -> list[dict[str, str]]:
    """Return a row for each image in a folder of a class; folders around all of these are none."""
    inside = {path: path.parts for path in sorted(names)}
    while (
        len({parts[0] for parts in inside.values()}) == 1
        and all(len(parts) > 1 for parts in inside.values())
        and any(len(parts) > 2 for parts in inside.values())
    ):
        inside = {path: parts[1:] for path, parts in inside.items()}
    return [
        {"path": without_ending(names[path]), "label": parts[0]} for path, parts in inside.items() if len(parts) > 1
    ]


def _csv(rows: Sequence[Mapping[str, str]]) -> bytes:
    file = io.StringIO(newline="")
    table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return file.getvalue().encode()


def _each(files: Iterable[UploadedFile]) -> Iterator[tuple[PurePosixPath, bytes]]:
    """Yield path and content of every file; those of an archive, in a folder of its name where it is not alone."""
    before: tuple[PurePosixPath, bytes] | None = None
    alone = True
    for name, content in files:
        path = member_path(name)
        if path is None:
            continue
        if before is not None:
            alone = False
            yield from _opened(*before, alone)
        before = path, _joined(content)
    if before is not None:
        yield from _opened(*before, alone)


def _opened(path: PurePosixPath, data: bytes, alone: bool) -> Iterator[tuple[PurePosixPath, bytes]]:
    if not data.startswith(ARCHIVE_SIGNATURES):
        yield path, data
        return
    with open_archive(BytesIO(data)) as (archive, members):
        for member, inside in members:
            if member.file_size > max_upload_bytes():
                raise too_large()
            try:
                content = archive.read(member)
            except (zipfile.BadZipFile, zlib.error, EOFError):
                raise Refused("damaged-in-archive", "A file is damaged inside its archive: pack it anew.") from None
            yield (inside if alone else path.with_suffix("") / inside), content


def _joined(content: Iterable[bytes | memoryview]) -> bytes:
    """Return a file's content. Raises Refused where it has more bytes than an upload may."""
    pieces = bytearray()
    for piece in content:
        pieces += piece
        if len(pieces) > max_upload_bytes():
            raise too_large()
    return bytes(pieces)
