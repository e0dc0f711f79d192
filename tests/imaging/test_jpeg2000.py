"""JPEG 2000 of several tiles."""

import struct

import numpy as np
import pytest
from openjpeg.utils import encode_array
from pydicom import uid

from meddx.errors import Refused
from meddx.imaging.jpeg2000 import is_irreversible
from meddx.imaging.read_image import read_image
from tests.imaging.jpeg_encoder import END, in_dicom

TILES = np.random.default_rng(2).integers(0, 256, (3, 64, 64)).astype(np.uint8)
WHOLE = np.hstack(list(TILES))


def coded(pixels, **options) -> bytes:
    return bytes(encode_array(pixels, bits_stored=8, photometric_interpretation=2, **options))


def tiled(which, columns: int = 192, side: int = 64, tile_parts: int = 1) -> bytes:
    """One codestream of side by side tiles, each a codestream of its own until now; only those of `which`."""
    parts = []
    for tile in which:
        codestream = coded(TILES[tile])
        start = codestream.find(b"\xff\x90")
        data = codestream[start + 12 : -2]
        parts.append(b"\xff\x90" + struct.pack(">HHIBB", 10, tile, 12 + len(data), 0, tile_parts) + data)
    header = bytearray(codestream[:start])
    size = header.find(b"\xff\x51")
    struct.pack_into(">I", header, size + 6, columns)
    struct.pack_into(">II", header, size + 22, side, side)
    return bytes(header) + b"".join(parts) + END


def rule(codestream: bytes, pixels=WHOLE) -> str:
    with pytest.raises(Refused) as refusal:
        read_image(in_dicom(codestream, uid.JPEG2000Lossless, pixels))
    return refusal.value.rule


def test_all_tiles():
    np.testing.assert_array_equal(read_image(in_dicom(tiled(range(3)), uid.JPEG2000Lossless, WHOLE)).values, WHOLE)


@pytest.mark.parametrize("which", [(0,), (0, 1), (1, 2), (0, 2)])
def test_a_missing_tile(which):
    assert rule(tiled(which)) == "truncated"


def test_a_missing_part_of_a_tile():
    assert rule(tiled(range(3), tile_parts=2)) == "truncated"


@pytest.mark.parametrize("cut", [1, 40, 3000])
def test_a_tile_cut_short(cut):
    whole = tiled(range(3))
    assert rule(whole[: -2 - cut] + END) in ("truncated", "cannot-be-decoded")


def test_too_many_tiles_are_refused_at_once():
    pixels = np.zeros((64, 192), np.uint8)
    assert rule(tiled(range(3), side=1), pixels) == "too-many-pixels"


def test_the_transform():
    assert not is_irreversible(coded(TILES[0]))
    assert is_irreversible(coded(TILES[0], compression_ratios=[4.0]))
