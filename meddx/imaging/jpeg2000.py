"""Checks of the tiles and the transform in a JPEG 2000 or HTJ2K codestream, ISO 15444-1 annex A."""

from math import ceil
from struct import unpack_from

from meddx.errors import Refused
from meddx.imaging.refusals import refusal

START_OF_TILE_PART, CODING_STYLE = 0xFF90, 0xFF52
MOST_TILES = 10_000
"""64 million pixels in tiles of 80 x 80; each tile costs the decoder as much as some thousand pixels."""


def refuse_tiles(codestream: bytes) -> None:
    """Raise Refused where tiles are missing, which the decoder would show as black, or are too many."""
    start = codestream.find(b"\xff\x4f\xff\x51")
    x_end, y_end, _, _, width, height, x_first, y_first = unpack_from(">8I", codestream, start + 8)
    if not width or not height or x_end <= x_first or y_end <= y_first:
        raise refusal("cannot-be-decoded")
    tiles = ceil((x_end - x_first) / width) * ceil((y_end - y_first) / height)
    if tiles > MOST_TILES:
        raise Refused(
            "too-many-pixels",
            f"The compressed image is cut into {tiles} tiles and this server decodes at most {MOST_TILES}: "
            "export it again, uncompressed.",
        )
    if _tiles_missing(codestream, tiles):
        raise refusal("truncated")


def _tiles_missing(codestream: bytes, tiles: int) -> bool:
    """Return whether a tile has no tile-part, or a tile-part ends beyond the codestream (A.4.2)."""
    parts: dict[int, int] = {}
    stated: dict[int, int] = {}
    position = _segments(codestream)[-1][1]
    while position + 12 <= len(codestream) and unpack_from(">H", codestream, position)[0] == START_OF_TILE_PART:
        tile, length, _, count = unpack_from(">HIBB", codestream, position + 4)
        if position + length > len(codestream):
            return True
        parts[tile] = parts.get(tile, 0) + 1
        stated[tile] = max(stated.get(tile, 0), count)
        if length == 0:  # the last one, which reaches to the end
            break
        position += length
    return len(parts) < tiles or any(parts[tile] < stated[tile] for tile in parts)


def is_irreversible(codestream: bytes) -> bool:
    """Return whether the wavelet transform is the lossy 9-7 one (COD, A.6.1)."""
    for kind, position in _segments(codestream):
        if kind == CODING_STYLE and position + 14 <= len(codestream):
            return codestream[position + 13] == 0
    return False


def _segments(codestream: bytes) -> list[tuple[int, int]]:
    """Return kind and position of the marker segments of the main header, and of the marker that ends it."""
    segments, position = [], codestream.find(b"\xff\x4f\xff\x51") + 2
    while position + 4 <= len(codestream):
        kind, length = unpack_from(">HH", codestream, position)
        segments.append((kind, position))
        if kind == START_OF_TILE_PART or kind < 0xFF01 or length < 2:
            break
        position += 2 + length
    return segments
