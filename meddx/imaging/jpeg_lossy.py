"""Decoding of 8-bit JPEG (baseline, extended, progressive) through Pillow; incomplete images are refused.

Colours are converted once.
"""

from io import BytesIO

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.imaging.jpeg_complete import refuse_cut_end, refuse_incomplete
from meddx.imaging.jpeg_structure import (
    ADOBE,
    END_OF_IMAGE,
    JFIF,
    PROGRESSIVE,
    SEQUENTIAL,
    START_OF_IMAGE,
    JpegStructure,
    jpeg_structure,
)
from meddx.imaging.refusals import refusal, refuse_too_many_pixels

RGB_COLOUR_SPACE, YCBCR = 0, 1
"""Colour transforms of Adobe's APP14 marker, Adobe Technical Note 5116."""


def open_jpeg(data: bytes) -> PIL.Image.Image:
    """Return the decoded JPEG as a Pillow image.

    Raises Refused where a part is missing, or for too many pixels.
    """
    jpeg = jpeg_structure(data)
    if jpeg is None:
        raise refusal("cannot-be-decoded" if END_OF_IMAGE in data[-65536:] else "truncated")
    refuse_too_many_pixels(jpeg.rows, jpeg.columns)
    if jpeg.process not in (*SEQUENTIAL, PROGRESSIVE):
        raise Refused(
            "unsupported-image",
            "The JPEG image is arithmetic coded, lossless or hierarchical: save it as a baseline JPEG or a PNG.",
        )
    refuse_incomplete(data, jpeg)
    image = _loaded(data[: jpeg.scans[-1].end] + END_OF_IMAGE)
    refuse_cut_end(data, jpeg, np.asarray(image), lambda other: np.asarray(_loaded(other)))
    return image


def decode_lossy(codestream: bytes, jpeg: JpegStructure, photometric: str) -> NDArray[np.uint8]:
    """Return one DICOM frame: grey (rows, columns), or RGB (rows, columns, 3) whatever colour space the file states.

    photometric: the file's Photometric Interpretation, for codestreams that do not say it themselves. Raises Refused.
    """
    if len(jpeg.sampling) == 3:
        codestream = _marked(codestream, color_transform(jpeg, photometric))
    return np.asarray(open_jpeg(codestream))


def color_transform(jpeg: JpegStructure, photometric: str) -> int:
    """Return whether three components are RGB_COLOUR_SPACE or YCBCR.

    The codestream decides (PS3.5 8.2.1) where it states it, in the order of libjpeg: JFIF, Adobe's marker, identifiers
    that spell RGB. Only chroma is ever subsampled.
    """
    if jpeg.jfif:
        return YCBCR
    if jpeg.adobe is not None:
        return YCBCR if jpeg.adobe else RGB_COLOUR_SPACE
    if bytes(jpeg.sampling).upper() == b"RGB":
        return RGB_COLOUR_SPACE
    subsampled = len(set(jpeg.sampling.values())) > 1
    return RGB_COLOUR_SPACE if photometric == "RGB" and not subsampled else YCBCR


def _marked(codestream: bytes, transform: int) -> bytes:
    """Return the JPEG with its JFIF and Adobe markers replaced by one that states the transform."""
    position = codestream.find(START_OF_IMAGE, 0, 64) + 2
    kept = [START_OF_IMAGE, b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0", bytes([transform])]
    while codestream[position] == 0xFF and codestream[position + 1] != 0xDA:
        if codestream[position + 1] == 0xFF:
            position += 1
            continue
        end = position + 2 + int.from_bytes(codestream[position + 2 : position + 4])
        if codestream[position + 1] not in (JFIF, ADOBE):
            kept.append(codestream[position:end])
        position = end
    return b"".join((*kept, codestream[position:]))


def _loaded(data: bytes) -> PIL.Image.Image:
    try:
        image = PIL.Image.open(BytesIO(data), formats=["JPEG"])
        image.load()
    except OSError:
        raise refusal("cannot-be-decoded") from None
    return image
