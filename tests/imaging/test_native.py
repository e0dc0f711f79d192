"""Native pixel data: frames of one bit, compressed data under a native transfer syntax, bytes in big endian words."""

import struct

import numpy as np
import pytest
from pydicom import uid

from meddx.errors import Refused
from meddx.imaging.native import is_encapsulated
from meddx.imaging.read_image import read_image
from meddx.imaging.windowing import display
from tests.imaging.images import dataset, written

BITS = np.random.default_rng(8).integers(0, 2, (4, 5, 7)).astype(np.uint8)
BITS[2], BITS[3] = 0, 1
ITEM, END_OF_ITEMS = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0\0\0\0\0"


def in_words(data: bytes) -> bytes:
    """Bytes as OW in a big endian file, PS3.5 7.3."""
    return np.frombuffer(data, "<u2").astype(">u2").tobytes()


@pytest.mark.parametrize("frame", range(4))
@pytest.mark.parametrize(
    ("syntax", "vr"),
    [
        (uid.ExplicitVRLittleEndian, "OB"),
        (uid.ExplicitVRLittleEndian, "OW"),
        (uid.ImplicitVRLittleEndian, "OW"),
        (uid.DeflatedExplicitVRLittleEndian, "OB"),
        (uid.ExplicitVRBigEndian, "OB"),
        (uid.ExplicitVRBigEndian, "OW"),
    ],
)
def test_frames_of_one_bit_follow_each_other_without_a_gap(syntax, vr, frame):
    """35 bits a frame: frame 1 begins in the fifth byte, at bit 3. An empty frame is black and a full one white."""
    elements = dataset(BITS[0], BitsAllocated=1, BitsStored=1, HighBit=0, NumberOfFrames=4)
    packed = np.packbits(BITS.ravel(), bitorder="little").tobytes()
    elements.PixelData = in_words(packed) if syntax == uid.ExplicitVRBigEndian and vr == "OW" else packed
    elements["PixelData"].VR = vr
    elements.file_meta.TransferSyntaxUID = syntax
    image = read_image(written(elements), frame)
    np.testing.assert_array_equal(image.values, BITS[frame])
    np.testing.assert_array_equal(display(image), BITS[frame])


def test_bytes_in_big_endian_words():
    pixels = np.array([[1, 2], [3, 250]], dtype=np.uint8)
    elements = dataset(pixels, PixelData=in_words(pixels.tobytes()))
    elements.file_meta.TransferSyntaxUID = uid.ExplicitVRBigEndian
    np.testing.assert_array_equal(read_image(written(elements)).values, pixels)


def chain(data: bytes) -> bytes:
    return ITEM + bytes(4) + ITEM + struct.pack("<I", len(data)) + data + END_OF_ITEMS


@pytest.mark.parametrize("syntax", [uid.ExplicitVRLittleEndian, uid.ImplicitVRLittleEndian])
@pytest.mark.parametrize("defined", [False, True])
def test_fragments_under_a_native_syntax_are_no_pixels(syntax, defined):
    pixels = np.arange(768, dtype=np.uint16).reshape(24, 32)
    elements = dataset(pixels)
    elements.file_meta.TransferSyntaxUID = syntax
    data = written(elements)
    start = data.rfind(b"\xe0\x7f\x10\x00")
    fragments = chain(pixels.tobytes())
    length = struct.pack("<I", len(fragments)) if defined else b"\xff\xff\xff\xff"
    vr = b"" if syntax == uid.ImplicitVRLittleEndian else b"OB\0\0"
    with pytest.raises(Refused) as refusal:
        read_image(data[:start] + b"\xe0\x7f\x10\x00" + vr + length + fragments)
    assert refusal.value.rule == "cannot-be-decoded"


def test_pixels_under_a_compressed_syntax_are_no_fragments():
    data = written(dataset(np.arange(768, dtype=np.uint16).reshape(24, 32)))
    with pytest.raises(Refused) as refusal:
        read_image(data.replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.5\0"))
    assert refusal.value.rule == "cannot-be-decoded"


def test_what_a_chain_of_items_is():
    assert is_encapsulated(chain(b"abcd"))
    assert not is_encapsulated(chain(b"abcd")[:-8])
    assert not is_encapsulated(END_OF_ITEMS)
    assert not is_encapsulated(ITEM + struct.pack("<I", 1 << 31))
    assert not is_encapsulated(b"")
