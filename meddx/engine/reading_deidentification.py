"""De-identification of what readers add, in processes of its own: pixels that are to be masked never leave them."""

import threading
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import PurePosixPath

from meddx.config import max_upload_bytes
from meddx.deidentification_settings import reading_policy
from meddx.engine.contract import ARCHIVE_SIGNATURES, DeidentifiedFile, UploadedFile
from meddx.engine.disk_shares import too_large
from meddx.errors import Refused
from meddx.evaluate.sets.unpack_upload import member_path, open_archive
from meddx.imaging.deidentification.deidentify import Deidentified
from meddx.imaging.deidentification.isolated import IsolatedDeidentifier
from meddx.imaging.deidentification.on_reading import reading_key, reading_options
from meddx.imaging.deidentification.profile import Options
from meddx.imaging.deidentification.pseudonyms import Pseudonyms
from meddx.imaging.read_image import HEAD_BYTES, looks_like_image
from meddx.types import Box

_IMAGES_ALONE = (
    "This server de-identifies what it takes: give images in a folder for each class, without tables, NumPy archives "
    "and other files."
)


class ReadingDeidentifier:
    """De-identifies single files and uploads as the settings say. Safe to use from many threads; close() after use."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asking: dict[Options, IsolatedDeidentifier] = {}

    def deidentify(self, data: bytes) -> DeidentifiedFile:
        """Return the file without what identifies its patient.

        Raises Refused, also where the policy does not let it pass, and where nothing is to be de-identified.
        """
        made = self._with(reading_options()).deidentify(data)
        return DeidentifiedFile(made.data, made.suffix, made.boxes, made.asks)

    def mask_text(self, data: bytes, boxes: tuple[Box, ...]) -> bytes:
        """Return a file that `deidentify` asked about, with these boxes masked. Raises Refused."""
        return self._with(reading_options()).mask_confirmed(data, boxes)

    def upload(self, files: Iterable[UploadedFile]) -> Iterable[UploadedFile]:
        """Return the images of an upload de-identified, archives unpacked; the very files where nothing is to be.

        Names of folders stay, since they may be classes. Nobody can be asked about one of thousands: under "ask" text
        is masked. Iterating raises Refused, without the name of any file.
        """
        if reading_policy() == "off":
            return files
        options = reading_options()
        if options.burned_in == "ask":
            options = replace(options, burned_in="mask")
        return _deidentified(files, self._with(options).deidentify)

    def drop_unused(self, seconds: float) -> int:
        """End child processes that have waited for so many seconds, and return their number."""
        with self._lock:
            asking = list(self._asking.values())
        return sum(one.drop_unused(seconds) for one in asking)

    def close(self) -> None:
        """End the child processes."""
        with self._lock:
            ended, self._asking = list(self._asking.values()), {}
        for one in ended:
            one.close()

    def _with(self, options: Options) -> IsolatedDeidentifier:
        with self._lock:
            if options not in self._asking:
                self._asking[options] = IsolatedDeidentifier(options, reading_key())
            return self._asking[options]


def _deidentified(files: Iterable[UploadedFile], deidentify: Callable[[bytes], Deidentified]) -> Iterator[UploadedFile]:
    pseudonyms = Pseudonyms(reading_key())
    for number, (path, data) in enumerate(_each(files), 1):
        if not looks_like_image(data[:HEAD_BYTES]):
            raise Refused("no-image-in-upload", f"File {number} of the upload is no image. {_IMAGES_ALONE}")
        try:
            made = deidentify(data)
        except Refused as refused:
            raise Refused(refused.rule, f"File {number} of the upload cannot be taken. {refused.reason}") from None
        yield str(path.with_name(pseudonyms.name(path.name) + made.suffix)), [made.data]


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
