"""Reading of the header of a compressed frame, before any native decoder gets it."""

from itertools import pairwise
from struct import unpack_from
from typing import NamedTuple

from pydicom.uid import UID, JPEG2000TransferSyntaxes

from meddx.imaging.jpeg_structure import ADOBE, FRAME_HEADERS, MOST_SEGMENTS, START_OF_IMAGE, START_OF_SCAN

RLE_HEADER = 64
START_OF_JPEG2000 = b"\xff\x4f\xff\x51"
FILL = 0xFF
TABLES = frozenset((0xC4, 0xCC, 0xDB, 0xDD, 0xF8, 0xFE, *range(0xE0, 0xF0)))
"""DHT, DAC, DQT, DRI, LSE of JPEG-LS, COM and APP0 to APP15: what may stand beside a frame header."""


class Codestream(NamedTuple):
    """The size and depth of an image as its codestream states them."""

    rows: int
    columns: int
    samples: int
    precision: int


def codestream_header(frame: bytes, transfer_syntax: UID) -> Codestream | None:
    """Return the header of a JPEG, JPEG-LS, JPEG 2000 or HTJ2K frame, None when it is missing or malformed."""
    if transfer_syntax in JPEG2000TransferSyntaxes:
        return _jpeg2000(frame)
    return _jpeg(frame)


def is_rle(frame: bytes, segments: int) -> bool:
    """Return whether the RLE header (PS3.5 G.5) points at `segments` segments inside the frame.

    Decoders trust it.
    """
    if len(frame) < RLE_HEADER or unpack_from("<I", frame)[0] != segments or not 1 <= segments <= 15:
        return False
    offsets = (*unpack_from(f"<{segments}I", frame, 4), len(frame))
    return offsets[0] >= RLE_HEADER and all(here < beyond for here, beyond in pairwise(offsets))


def _jpeg(frame: bytes) -> Codestream | None:
    """Return the only frame header, SOFn of ISO 10918-1 B.2.2 or SOF55 of ISO 14495-1 C.2.2.

    None where there is not exactly one, or where GDCM would end the process: when a segment before the first scan is of
    unknown kind, or when Adobe's colour transform is none of 0, 1 and 2.
    """
    segments = _segments(frame)
    headers = [content for kind, content in segments if kind in FRAME_HEADERS]
    if len(headers) != 1 or len(headers[0]) < 6:
        return None
    if any(kind not in TABLES | FRAME_HEADERS or _is_bad_adobe(kind, content) for kind, content in segments):
        return None
    precision, rows, columns, samples = unpack_from(">BHHB", headers[0])
    return Codestream(rows, columns, samples, precision)


def _segments(frame: bytes) -> list[tuple[int, bytes]]:
    """Return kind and content of the marker segments up to the first scan, [] when the chain breaks before it."""
    segments: list[tuple[int, bytes]] = []
    position = frame.find(START_OF_IMAGE, 0, 64) + 2
    for _ in range(MOST_SEGMENTS):
        if not 2 <= position <= len(frame) - 4 or frame[position] != FILL:
            break
        kind = frame[position + 1]
        if kind == START_OF_SCAN:
            return segments
        if kind == FILL:
            position += 1
            continue
        end = position + 2 + unpack_from(">H", frame, position + 2)[0]
        segments.append((kind, frame[position + 4 : end]))
        position = end
    return []


def _is_bad_adobe(kind: int, content: bytes) -> bool:
    return kind == ADOBE and content.startswith(b"Adobe") and content[11:12] not in (b"\0", b"\1", b"\2")


def _jpeg2000(frame: bytes) -> Codestream | None:
    """Return the content of the SIZ marker segment, ISO 15444-1 A.5.1."""
    siz = frame.find(START_OF_JPEG2000)
    if siz < 0 or siz + 43 > len(frame):
        return None
    x_end, y_end, x_start, y_start = unpack_from(">IIII", frame, siz + 8)
    samples, depth = unpack_from(">HB", frame, siz + 40)
    return Codestream(y_end - y_start, x_end - x_start, samples, (depth & 0x7F) + 1)
