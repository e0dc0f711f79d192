"""PNG files with damaged chunks: an image that is whole is read with a note, another is refused."""

import struct
import zlib

import numpy as np
import pytest

from meddx.errors import Refused
from meddx.imaging.read_image import read_image
from tests.imaging.test_raster import png

SHADES = np.arange(256, dtype=np.uint8).reshape(16, 16)
WHOLE = png(16, 16, 8, 0, samples=b"".join(b"\0" + row.tobytes() for row in SHADES))
AFTER_HEADER, BEFORE_END = 33, len(WHOLE) - 12


def chunk(kind: bytes, content: bytes, *, damaged: bool = False) -> bytes:
    checksum = zlib.crc32(kind + content) ^ damaged
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def with_chunk(added: bytes, at: int = AFTER_HEADER) -> bytes:
    return WHOLE[:at] + added + WHOLE[at:]


@pytest.mark.parametrize(
    ("kind", "content", "said"),
    [
        (b"tEXt", b"Comment\0something", "that does not affect the image"),
        (b"pHYs", struct.pack(">IIB", 3000, 3000, 1), "that does not affect the image"),
        (b"prVt", b"of a vendor", "that does not affect the image"),
        (b"tRNS", b"\0\5", "transparency may be wrong"),
        (b"gAMA", struct.pack(">I", 100_000), "brightness may be wrong"),
        (b"iCCP", b"profile\0\0" + zlib.compress(b"junk"), "colours may be wrong"),
        (b"eXIf", b"MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\3\0\0\0\0\0\0", "orientation may be wrong"),
    ],
)
@pytest.mark.parametrize("at", [AFTER_HEADER, BEFORE_END])
def test_a_damaged_ancillary_chunk_is_left_out_and_noted(kind, content, said, at):
    image = read_image(with_chunk(chunk(kind, content, damaged=True), at))
    assert np.array_equal(image.values, SHADES)
    assert len(image.notes) == 1
    assert said in image.notes[0]
    assert "something" not in image.notes[0]


def test_several_damaged_chunks_make_one_note():
    added = chunk(b"gAMA", b"\0\1\x86\xa0", damaged=True) + chunk(b"tRNS", b"\0\5", damaged=True)
    (note,) = read_image(with_chunk(added)).notes
    assert "brightness and transparency" in note


def test_a_whole_chunk_beside_a_damaged_one_counts():
    added = chunk(b"tEXt", b"Comment\0x", damaged=True) + chunk(b"tRNS", b"\0\5")
    image = read_image(with_chunk(added))
    assert image.values[0, 5] == 0
    assert len(image.notes) == 2


@pytest.mark.parametrize("place", [16, 29, AFTER_HEADER + 8, BEFORE_END - 1])  # width and checksum of IHDR, then IDAT
def test_a_damaged_critical_chunk_is_refused(place):
    damaged = bytearray(WHOLE)
    damaged[place] ^= 1
    with pytest.raises(Refused) as refused:
        read_image(bytes(damaged))
    assert refused.value.rule == "cannot-be-decoded"


def test_a_critical_chunk_that_the_standard_does_not_have_is_refused():
    with pytest.raises(Refused):
        read_image(with_chunk(chunk(b"PRVT", b"how to read the pixels")))


@pytest.mark.parametrize("content", [zlib.compress(b"a" * 99)[:-5], b""])
def test_compressed_text_that_cannot_be_read_does_not_matter(content):
    image = read_image(with_chunk(chunk(b"zTXt", b"Comment\0\0" + content)))
    assert np.array_equal(image.values, SHADES)
    assert image.notes == ()


def test_a_chunk_that_claims_more_than_the_file_has_is_refused():
    with pytest.raises(Refused):
        read_image(WHOLE[:AFTER_HEADER] + struct.pack(">I", 1 << 30) + b"tEXt" + WHOLE[AFTER_HEADER:])
