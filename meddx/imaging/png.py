"""Decoding of PNG files through Pillow, with incomplete ones refused.

Pillow leaves rows black that the compressed data does not reach.
"""

import zlib
from io import BytesIO
from struct import pack, unpack_from

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from meddx.imaging.png_chunks import SIGNATURE_END, chunks
from meddx.imaging.refusals import refusal, refuse_too_many_pixels

HEADER = 13
"""Bytes in IHDR."""
GREY, RGB_COLOUR_TYPE, GREY_ALPHA, RGB_ALPHA = 0, 2, 4, 6
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Samples per pixel by colour type, ISO 15948 11.2.2."""

ADAM7 = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))
"""First row and column, and steps down and across, of each pass, ISO 15948 8.2."""

STEP = 1 << 20


def open_png(data: bytes) -> PIL.Image.Image:
    """Return the decoded PNG as a Pillow image.

    Raises Refused where rows are missing or it has too many pixels.
    """
    image = PIL.Image.open(BytesIO(data), formats=["PNG"])
    refuse_too_many_pixels(image.height, image.width)
    image.load()
    if _inflated(data) < _filtered_bytes(data):
        raise refusal("truncated")
    if image.mode == "P":
        _refuse_missing_colours(image)
    key = image.info.get("transparency")
    _, _, depth, colour_type = unpack_from(">IIBB", data, SIGNATURE_END + 8)
    if colour_type == GREY and depth in (2, 4) and isinstance(key, int):
        image.info["transparency"] = key * (255 // ((1 << depth) - 1))  # as Pillow does with the samples
    elif colour_type == RGB_COLOUR_TYPE and depth == 16 and isinstance(key, tuple):
        image.info["transparency"] = tuple(sample >> 8 for sample in key)
    return image


def _refuse_missing_colours(image: PIL.Image.Image) -> None:
    """Raise Refused where a pixel names a colour that the palette does not have, which Pillow shows as black."""
    palette = image.palette
    if palette is None or int(np.asarray(image).max()) >= len(palette.palette) // len(palette.mode):
        raise refusal("cannot-be-decoded")


def is_deep_grey(data: bytes) -> bool:
    """Return whether the PNG is 16-bit grey, with or without alpha."""
    return data[SIGNATURE_END + 16] == 16 and data[SIGNATURE_END + 17] in (GREY, GREY_ALPHA)


def deep_grey(image: PIL.Image.Image, data: bytes) -> NDArray[np.uint16]:
    """Return all 16 bits of a grey PNG: (rows, columns), with alpha (rows, columns, 2).

    Pillow keeps only 8 bits beside an alpha channel. Two samples of 16 bits are filtered as four of 8, so that the same
    data under a header that says RGBA of 8 bits gives every byte.
    """
    if data[SIGNATURE_END + 17] == GREY:
        return np.asarray(image).astype(np.uint16)
    start, end = SIGNATURE_END + 4, SIGNATURE_END + 8 + HEADER
    header = data[start : end - 5] + bytes([8, RGB_ALPHA]) + data[end - 3 : end]
    relabelled = data[:start] + header + pack(">I", zlib.crc32(header)) + data[end + 4 :]
    samples = np.asarray(PIL.Image.open(BytesIO(relabelled), formats=["PNG"]))
    return np.ascontiguousarray(samples).view(">u2").astype(np.uint16)


def _filtered_bytes(data: bytes) -> int:
    """Return how many bytes the rows of all passes have, including the filter type in front of each row."""
    columns, rows, depth, colour_type, _, _, interlaced = unpack_from(">IIBBBBB", data, SIGNATURE_END + 8)
    bits = depth * SAMPLES[colour_type]
    total = 0
    for top, left, down, across in ADAM7 if interlaced else ((0, 0, 1, 1),):
        high, wide = -(-(rows - top) // down), -(-(columns - left) // across)
        if high > 0 and wide > 0:
            total += high * (1 + -(-wide * bits // 8))
    return total


def _inflated(data: bytes) -> int:
    """Return how many bytes the IDAT chunks inflate to, with at most one step at a time in memory."""
    inflater, total = zlib.decompressobj(), 0
    for kind, content in chunks(data):
        pending = content if kind == b"IDAT" else b""
        while pending and not inflater.eof:
            total += len(inflater.decompress(pending, STEP))
            pending = inflater.unconsumed_tail
    return total + len(inflater.flush())
