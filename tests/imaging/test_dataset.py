"""Where a DICOM file begins and how its header is written."""

import struct

import numpy as np
import pytest
from pydicom import uid

from meddx.errors import Refused
from meddx.imaging.read_image import looks_like_image, read_image
from tests.imaging.images import dataset, image_bytes, written

PIXELS = np.arange(768, dtype=np.uint16).reshape(24, 32)


@pytest.mark.parametrize(
    "signature", [b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"II*\0\x08\0\0\0", b"%PDF-1.7", b"GIF89a"]
)
def test_a_preamble_that_begins_like_another_format(signature):
    data = image_bytes(PIXELS)
    image = read_image(signature + data[len(signature) :])
    assert image.format == "DICOM"
    np.testing.assert_array_equal(image.values, PIXELS)


@pytest.mark.parametrize("preamble", [True, False])
@pytest.mark.parametrize("syntax", [uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.RLELossless])
def test_file_meta_in_implicit_vr(syntax, preamble):
    """Against PS3.10 7.1, but written by some archives: no VR, lengths of 32 bits."""
    elements = dataset(PIXELS)
    if syntax.is_encapsulated:
        elements.compress(syntax)
    elements.file_meta.TransferSyntaxUID = syntax
    data = written(elements)
    length = struct.unpack_from("<I", data, 140)[0]
    value = syntax.encode() + b"\0" * (len(syntax) % 2)
    group = struct.pack("<HHI", 2, 0x10, len(value)) + value
    meta = struct.pack("<HHII", 2, 0, 4, len(group)) + group
    data = (data[:132] if preamble else b"") + meta + data[144 + length :]
    assert looks_like_image(data[:512])
    np.testing.assert_array_equal(read_image(data).values, PIXELS)


def test_a_header_of_millions_of_elements_is_refused_at_once():
    data = image_bytes(PIXELS)
    start = data.find(b"\x28\0\x02\0US")
    with pytest.raises(Refused) as refusal:
        read_image(data[:start] + b"\x19\0\1\x10LO\0\0" * 2_000_000 + data[start:])
    assert refusal.value.rule == "cannot-be-decoded"


def test_sequences_nested_without_end_are_refused():
    data = image_bytes(PIXELS)
    start = data.find(b"\x28\0\x02\0US")
    deep = (b"\x19\0\1\x10SQ\0\0\xff\xff\xff\xff" + b"\xfe\xff\0\xe0\xff\xff\xff\xff") * 50_000
    with pytest.raises(Refused) as refusal:
        read_image(data[:start] + deep + data[start:])
    assert refusal.value.rule == "cannot-be-decoded"
