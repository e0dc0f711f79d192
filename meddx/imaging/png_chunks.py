"""The chunks of a PNG file, and what of them is damaged: ISO 15948 clause 5."""

from collections.abc import Iterator
from struct import unpack_from
from zlib import crc32

from meddx.imaging.refusals import refusal

SIGNATURE_END = 8
_CRITICAL = frozenset({b"IHDR", b"PLTE", b"IDAT"})
_SHOWN_BY = {b"tRNS": "transparency", b"iCCP": "colours", b"gAMA": "brightness", b"cHRM": "colours", b"sRGB": "colours",
             b"cICP": "colours", b"eXIf": "orientation"}  # fmt: skip
"""What damaged chunks say of the display."""


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and content of the chunks before IEND, ISO 15948 5.3."""
    for kind, start, end in _places(data):
        yield kind, data[start + 8 : end - 4]


def sound_png(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Return the file without its damaged ancillary chunks, and notes on them.

    An image can be shown without ancillary chunks (5.4: the first letter is small); which are left out is noted. Raises
    Refused where a critical chunk is damaged, or of a kind that the standard does not have (13.2 forbids to go on).
    """
    kept, lost, position = [], [], 0
    for kind, start, end in _places(data):
        if end > len(data):
            break  # cut short, which the pixels tell
        (stated,) = unpack_from(">I", data, end - 4)
        damaged = crc32(data[start + 4 : end - 4]) != stated
        if not kind[:1].islower():
            if damaged or kind not in _CRITICAL:
                raise refusal("cannot-be-decoded")
        elif damaged:
            kept.append(data[position:start])
            position = end
            lost.append(kind)
    if not lost:
        return data, ()
    wrong = sorted({_SHOWN_BY[kind] for kind in lost if kind in _SHOWN_BY})
    note = (
        f"was left out: {' and '.join(wrong)} may be wrong" if wrong else "that does not affect the image was left out"
    )
    return b"".join([*kept, data[position:]]), (f"A damaged part of the file {note}.",)


def _places(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield the kind, start and end of the chunks before IEND; the last may end beyond the data."""
    start = SIGNATURE_END
    while start + 8 <= len(data):
        length, kind = unpack_from(">I4s", data, start)
        if kind == b"IEND":
            return
        yield kind, start, start + 12 + length
        start += 12 + length
