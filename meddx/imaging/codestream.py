"""What a compressed frame says of itself, read before any native decoder is let near it."""

from itertools import pairwise
from struct import unpack_from
from typing import NamedTuple

from pydicom.uid import UID, JPEG2000TransferSyntaxes

RLE_HEADER = 64
START_OF_IMAGE, START_OF_JPEG2000 = b"\xff\xd8", b"\xff\x4f\xff\x51"
START_OF_SCAN, ADOBE, FILL = 0xDA, 0xEE, 0xFF
NO_FRAME_HEADER = (0xC4, 0xC8, 0xCC)
"""Markers among SOF0 to SOF15 that are none: DHT, JPG, DAC."""


class Codestream(NamedTuple):
    """Size and depth of an image as its own header states them."""

    rows: int
    columns: int
    samples: int
    precision: int


def codestream_header(frame: bytes, transfer_syntax: UID) -> Codestream | None:
    """The header of a JPEG, JPEG-LS, JPEG 2000 or HTJ2K frame; None when there is none or it is malformed."""
    if transfer_syntax in JPEG2000TransferSyntaxes:
        return _jpeg2000(frame)
    return _jpeg(frame)


def is_rle(frame: bytes, segments: int) -> bool:
    """Whether the RLE header (PS3.5 G.5) points at `segments` segments inside the frame; decoders trust it."""
    if len(frame) < RLE_HEADER or unpack_from("<I", frame)[0] != segments or not 1 <= segments <= 15:
        return False
    offsets = (*unpack_from(f"<{segments}I", frame, 4), len(frame))
    return offsets[0] >= RLE_HEADER and all(here < beyond for here, beyond in pairwise(offsets))


def _jpeg(frame: bytes) -> Codestream | None:
    """The one frame header, SOFn of ISO 10918-1 B.2.2 or SOF55 of ISO 14495-1 C.2.2, of an unbroken chain of segments.

    GDCM ends the process when the chain breaks before the first scan or Adobe's colour transform is none of 0, 1, 2.
    """
    header = None
    position = frame.find(START_OF_IMAGE, 0, 64) + 2
    if position < 2:
        return None
    while position + 10 <= len(frame):
        if frame[position] != FILL:
            return None
        kind = frame[position + 1]
        if kind == FILL:
            position += 1
            continue
        if kind == START_OF_SCAN:
            return header
        if (
            kind == ADOBE
            and frame[position + 4 : position + 9] == b"Adobe"
            and frame[position + 15 : position + 16] > b"\2"
        ):
            return None
        if kind == 0xF7 or (0xC0 <= kind <= 0xCF and kind not in NO_FRAME_HEADER):
            if header is not None:
                return None
            precision, rows, columns, samples = unpack_from(">BHHB", frame, position + 4)
            header = Codestream(rows, columns, samples, precision)
        position += 2 + unpack_from(">H", frame, position + 2)[0]
    return None


def _jpeg2000(frame: bytes) -> Codestream | None:
    """The SIZ marker segment, ISO 15444-1 A.5.1."""
    siz = frame.find(START_OF_JPEG2000)
    if siz < 0 or siz + 43 > len(frame):
        return None
    x_end, y_end, x_start, y_start = unpack_from(">IIII", frame, siz + 8)
    samples, depth = unpack_from(">HB", frame, siz + 40)
    return Codestream(y_end - y_start, x_end - x_start, samples, (depth & 0x7F) + 1)
