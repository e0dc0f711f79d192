"""Bytes of one file to a Image, whatever its name says."""

from meddx.imaging.decoder_logging import silence_decoding_libraries
from meddx.imaging.dicom import has_preamble, looks_like_dicom, read_dicom
from meddx.imaging.raster import JPEG_SIGNATURE, PNG_SIGNATURE, read_raster
from meddx.imaging.refusals import refusal
from meddx.types import Image

HEAD_BYTES = 512
"""Of a file, as many as tell whether it may be an image."""


def looks_like_image(head: bytes) -> bool:
    """Whether the first HEAD_BYTES of a file are those of an image that read_image knows; it may yet be broken."""
    return head.startswith((PNG_SIGNATURE, JPEG_SIGNATURE)) or looks_like_dicom(head)


def read_image(data: bytes, frame: int = 0) -> Image:
    """Decode one frame (zero-based) of a DICOM object with or without preamble, a PNG or a JPEG.

    Only the bytes decide which it is; DICM after a preamble that begins like another format wins (PS3.10 7.1).
    Raises Refused with one of meddx.imaging.refusals.RULES, and nothing else.
    """
    silence_decoding_libraries()
    if not data:
        raise refusal("empty")
    if has_preamble(data):
        return read_dicom(data, frame)
    if data.startswith(PNG_SIGNATURE):
        return read_raster(data, "PNG", frame)
    if data.startswith(JPEG_SIGNATURE):
        return read_raster(data, "JPEG", frame)
    if looks_like_dicom(data):
        return read_dicom(data, frame)
    raise refusal("not-an-image")
