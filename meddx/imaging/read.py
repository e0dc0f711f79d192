"""Bytes of one file to a Film, whatever its name says."""

from meddx.imaging.dicom import looks_like_dicom, read_dicom
from meddx.imaging.quiet import be_quiet
from meddx.imaging.raster import JPEG_SIGNATURE, PNG_SIGNATURE, read_raster
from meddx.imaging.refusals import refused
from meddx.types import Film

HEAD_BYTES = 512
"""Of a file, as many as tell whether it may be a film."""


def begins_like_film(head: bytes) -> bool:
    """Whether the first HEAD_BYTES of a file are those of an image that read_film knows; it may yet be broken."""
    return head.startswith((PNG_SIGNATURE, JPEG_SIGNATURE)) or looks_like_dicom(head)


def read_film(data: bytes, frame: int = 0) -> Film:
    """Decode one frame (zero-based) of a DICOM object with or without preamble, a PNG or a JPEG.

    Only the bytes decide which it is. Raises Refused with one of meddx.imaging.refusals.RULES, and nothing else.
    """
    be_quiet()
    if not data:
        raise refused("empty")
    if data.startswith(PNG_SIGNATURE):
        return read_raster(data, "PNG", frame)
    if data.startswith(JPEG_SIGNATURE):
        return read_raster(data, "JPEG", frame)
    if looks_like_dicom(data):
        return read_dicom(data, frame)
    raise refused("not-an-image")
