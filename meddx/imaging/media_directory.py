"""The images that the directory of a DICOM medium lists (DICOMDIR, PS3.3 annex F, PS3.10 section 8)."""

from collections.abc import Iterable
from io import BytesIO
from pathlib import PurePosixPath

import pydicom
from pydicom.dataset import Dataset

from meddx.imaging.dataset import has_preamble
from meddx.imaging.decoder_logging import silence_decoding_libraries

DIRECTORY_NAME = "DICOMDIR"
"""The one name that the file may have, PS3.10 8.6."""
_MOST_PARTS = 8
"""Components of a file ID, PS3.10 8.2."""


def listed_images(data: bytes) -> tuple[PurePosixPath, ...] | None:
    """Return the paths of the images that a DICOMDIR lists, relative to it; None where the bytes are none.

    Other records, such as those of reports, are left out.
    """
    if not has_preamble(data):
        return None
    silence_decoding_libraries()
    try:
        records: Iterable[Dataset] | None = pydicom.dcmread(BytesIO(data)).get("DirectoryRecordSequence")
        return None if records is None else tuple(path for record in records if (path := _image_path(record)))
    except Exception:  # whatever broken bytes raise, and its text may quote them
        return None


def _image_path(record: Dataset) -> PurePosixPath | None:
    if record.get("DirectoryRecordType") != "IMAGE":
        return None
    stated = record.get("ReferencedFileID") or ()
    parts = [stated] if isinstance(stated, str) else [str(part) for part in stated]
    parts = [part.strip() for part in parts]
    return PurePosixPath(*parts) if 0 < len(parts) <= _MOST_PARTS and not {"", ".", ".."} & set(parts) else None
