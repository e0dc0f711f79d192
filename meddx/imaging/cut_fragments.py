"""The whole frames of compressed pixel data that the end of a file cuts: PS3.5 annex A.4."""

from collections.abc import Iterator
from itertools import pairwise
from struct import pack, unpack_from

ITEM = b"\xfe\xff\x00\xe0"
PIXEL_DATA_OF_UNDEFINED_LENGTH = tuple(b"\xe0\x7f\x10\x00" + vr + b"\0\0\xff\xff\xff\xff" for vr in (b"OB", b"OW"))
JPEG, JPEG_2000 = b"\xff\xd8", b"\xff\x4f"
RLE_OFFSET = pack("<I", 64)
"""Of the first segment, after the number of segments, PS3.5 G.5."""


def whole_frames(element: bytes) -> bytes | None:
    """Return the items of the frames before the cut, with an empty one in place of the frame that is cut.

    element: the file from its Pixel Data on. A frame is whole where the next one can be seen to begin: in the table of
    offsets, or where every fragment begins a codestream. None where there is no such frame.
    """
    if not element.startswith(PIXEL_DATA_OF_UNDEFINED_LENGTH):
        return None
    items = list(_items(element, 12))
    if len(items) < 3:
        return None
    (table, first), fragments = items[0], items[1:]
    offsets = [unpack_from("<I", element, at)[0] for at in range(table, first - 3, 4)]
    begins = {begin - 8 - first for begin, _ in fragments}
    if len(offsets) > 1:
        frames = [offset for offset in offsets if offset in begins]
    elif all(_begins_a_codestream(element[begin : begin + 8]) for begin, _ in fragments):
        frames = sorted(begins)
    else:
        return None
    whole = [
        b"".join(element[begin:end] for begin, end in fragments if here <= begin - 8 - first < beyond)
        for here, beyond in pairwise(frames)
    ]
    if not whole:
        return None
    return b"".join(ITEM + pack("<I", len(one)) + one for one in (b"", *whole, b""))


def _items(element: bytes, position: int) -> Iterator[tuple[int, int]]:
    """Yield where the content of each item begins and ends, that of the last one perhaps beyond the end."""
    while element[position : position + 4] == ITEM and position + 8 <= len(element):
        end = position + 8 + unpack_from("<I", element, position + 4)[0]
        yield position + 8, end
        position = end


def _begins_a_codestream(head: bytes) -> bool:
    return head.startswith((JPEG, JPEG_2000)) or head[4:8] == RLE_OFFSET
