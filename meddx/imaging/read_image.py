"""Decoding of the bytes of one file to an Image, whatever the name of the file says."""

from meddx.imaging.decoder_logging import silence_decoding_libraries
from meddx.imaging.dicom import has_preamble, looks_like_dicom, read_dicom
from meddx.imaging.other_formats import other_format
from meddx.imaging.raster import JPEG_SIGNATURE, PNG_SIGNATURE, read_raster
from meddx.imaging.refusals import refusal
from meddx.types import Image

HEAD_BYTES = 512
"""The number of bytes at the start of a file that suffice to tell whether it may be an image."""


def looks_like_image(head: bytes) -> bool:
    """Return whether the first HEAD_BYTES of a file begin an image that read_image knows.

    The image may still be broken.
    """
    return head.startswith((PNG_SIGNATURE, JPEG_SIGNATURE)) or looks_like_dicom(head)


def read_image(data: bytes, frame: int = 0) -> Image:
    """Decode one frame (zero-based) of a DICOM object with or without preamble, a PNG or a JPEG.

    Only the bytes decide which it is; DICM after a preamble that begins like another format wins (PS3.10 7.1).
    Raises Refused with one of meddx.imaging.refusals.REFUSAL_RULES, and nothing else.
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
    raise refusal(other_format(data[:HEAD_BYTES]) or "not-an-image")
