"""UN of undefined length, PS3.5 6.2.2 note 4: implicit VR little endian inside, whatever the data set is."""

import struct

import numpy as np
import pytest
from pydicom import uid

from meddx.errors import Refused
from meddx.imaging.read_image import read_image
from tests.imaging.images import dataset, written

PIXELS = np.arange(12, dtype=np.uint16).reshape(3, 4)
UNDEFINED = b"\xff\xff\xff\xff"
LEAF = struct.pack("<HHI", 0x0019, 0x1001, 4) + b"abcd"
ITEM, ITEM_END, END = b"\xfe\xff\x00\xe0", b"\xfe\xff\x0d\xe0\0\0\0\0", b"\xfe\xff\xdd\xe0\0\0\0\0"
OPEN = ITEM + UNDEFINED + LEAF + ITEM_END + END
CLOSED = ITEM + struct.pack("<I", len(LEAF)) + LEAF + END
NESTED = ITEM + UNDEFINED + struct.pack("<HH", 0x0019, 0x1004) + UNDEFINED + OPEN + ITEM_END + END


def unknown(content: bytes, order: str) -> bytes:
    return struct.pack(f"{order}HH", 0x0019, 0x1010) + b"UN\0\0" + UNDEFINED + content


def in_sequence(content: bytes, defined: bool) -> bytes:
    """A big endian private SQ of one item."""
    item, header = b"\xff\xfe\xe0\x00", struct.pack(">HH", 0x0019, 0x1020) + b"SQ\0\0"
    if defined:
        return header + struct.pack(">I", len(content) + 8) + item + struct.pack(">I", len(content)) + content
    return header + UNDEFINED + item + UNDEFINED + content + b"\xff\xfe\xe0\x0d\0\0\0\0" + b"\xff\xfe\xe0\xdd\0\0\0\0"


def image_with(element: bytes, syntax: uid.UID) -> bytes:
    elements = dataset(PIXELS if syntax.is_little_endian else PIXELS.astype(">u2"))
    elements.file_meta.TransferSyntaxUID = syntax
    data = written(elements)
    start = data.find(struct.pack("<HH" if syntax.is_little_endian else ">HH", 0x0028, 0x0002))
    return data[:start] + element + data[start:]


@pytest.mark.parametrize("content", [OPEN, CLOSED, NESTED], ids=["open", "closed", "nested"])
@pytest.mark.parametrize("syntax", [uid.ExplicitVRBigEndian, uid.ExplicitVRLittleEndian])
def test_a_private_sequence_as_unknown(content, syntax):
    element = unknown(content, "<" if syntax.is_little_endian else ">")
    np.testing.assert_array_equal(read_image(image_with(element, syntax)).values, PIXELS)


@pytest.mark.parametrize("defined", [False, True])
def test_unknown_in_a_big_endian_sequence(defined):
    element = in_sequence(unknown(NESTED, ">"), defined)
    np.testing.assert_array_equal(read_image(image_with(element, uid.ExplicitVRBigEndian)).values, PIXELS)


@pytest.mark.parametrize("end", [4, 12, 30])
def test_unknown_that_never_ends(end):
    with pytest.raises(Refused) as refusal:
        read_image(image_with(unknown(OPEN, ">")[: 12 + end], uid.ExplicitVRBigEndian))
    assert refusal.value.rule in ("cannot-be-decoded", "truncated")
