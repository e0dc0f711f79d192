"""Tables that state what they are not: narrow, empty, packed in words, of colours for grey images, of segments."""

import numpy as np
import pytest
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from meddx.errors import Refused
from meddx.imaging.lookup_tables import apply_table
from meddx.imaging.read_image import read_image
from meddx.imaging.windowing import display
from meddx.types import Window
from tests.imaging.images import dataset, image_bytes, lut, palette, written

DEEP = np.array([[0, 1000, 2000, 4000]], dtype=np.uint16)
BYTES = np.array([[0, 100, 200, 255]], dtype=np.uint8)
RAMP = list(range(256))
NAMES = ("Red", "Green", "Blue")


def of_bytes(keyword: str, data: bytes, bits: int = 8) -> dict:
    """A table of 256 entries as OW."""
    item = Dataset()
    item.add_new("LUTDescriptor", "US", [256, 0, bits])
    item.add_new("LUTData", "OW", data)
    return {keyword: Sequence([item])}


@pytest.mark.parametrize(
    ("stated", "table", "scale", "notes"),
    [
        (16, range(4096), 4095, 1),  # as of Agfa CR
        (12, range(4096), 4095, 0),
        (12, [value // 16 for value in range(4096)], 255, 1),
        (8, range(4096), 4095, 1),
        (16, [value * 16 for value in range(4096)], 65535, 0),
    ],
)
def test_a_voi_lut_is_scaled_by_the_bits_its_entries_use(stated, table, scale, notes):
    image = read_image(image_bytes(DEEP, BitsStored=12, **lut("VOILUTSequence", 0, stated, table)))
    np.testing.assert_allclose(display(image), np.array(table)[DEEP] / scale, atol=1e-6)
    assert len(image.notes) == notes


def test_a_voi_lut_of_nothing_but_zeros_is_black():
    image = read_image(image_bytes(BYTES, **lut("VOILUTSequence", 0, 12, [0] * 256)))
    np.testing.assert_array_equal(display(image), 0)
    assert image.notes == ()


def test_the_first_item_that_holds_a_table_is_taken():
    rising, falling = (lut("VOILUTSequence", 0, 8, table)["VOILUTSequence"][0] for table in (RAMP, RAMP[::-1]))
    for items, expected in (([rising, falling], BYTES), ([falling, rising], 255 - BYTES), ([Dataset(), rising], BYTES)):
        image = read_image(image_bytes(BYTES, VOILUTSequence=Sequence(items)))
        np.testing.assert_allclose(display(image), expected / 255, atol=1e-6)


def empty() -> Dataset:
    item = Dataset()
    item.add_new("LUTDescriptor", "US", None)
    item.add_new("LUTData", "OW", b"")
    return item


@pytest.mark.parametrize("item", [Dataset(), empty()], ids=["no attributes", "empty ones"])
def test_an_empty_table_is_none(item):
    image = read_image(
        image_bytes(
            BYTES,
            ModalityLUTSequence=Sequence([item]),
            VOILUTSequence=Sequence([item]),
            RescaleSlope="2",
            RescaleIntercept="1",
            WindowCenter="256",
            WindowWidth="510",
            VOILUTFunction="LINEAR_EXACT",
        )
    )
    np.testing.assert_array_equal(image.values, BYTES * 2.0 + 1)
    assert image.window == Window(256, 510, "LINEAR_EXACT")
    np.testing.assert_allclose(display(image), BYTES / 255, atol=1e-6)


@pytest.mark.parametrize("keyword", ["VOILUTSequence", "ModalityLUTSequence"])
@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("little", [True, False])
def test_entries_of_8_bits_in_words(keyword, packed, little):
    """Two entries a word, the first in its low byte, or one; big endian files swap the bytes of each word."""
    table = np.arange(255, -1, -1, dtype=np.uint8)
    words = table.view("<u2") if packed else table.astype("<u2")
    elements = dataset(BYTES, **of_bytes(keyword, words.astype("<u2" if little else ">u2").tobytes()))
    if not little:
        elements.file_meta.TransferSyntaxUID = uid.ExplicitVRBigEndian
        elements["PixelData"].VR = "OB"
    np.testing.assert_allclose(display(read_image(written(elements))), 1 - BYTES / 255, atol=1e-6)


def test_values_of_32_bits_beyond_a_table():
    stored = np.array([[0, 255, 256, 1 << 31, (1 << 32) - 1]], dtype=np.uint32)
    image = read_image(image_bytes(stored, **lut("VOILUTSequence", 0, 8, RAMP)))
    np.testing.assert_allclose(display(image), [[0, 1, 1, 1, 1]])
    image = read_image(image_bytes(stored, **lut("ModalityLUTSequence", 0, 16, RAMP)))
    np.testing.assert_array_equal(image.values, [[0, 255, 255, 255, 255]])


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "f4", "f8"])
def test_look_up_in_every_type(dtype):
    values = np.array([0, 1, 2, 100], dtype=dtype)
    np.testing.assert_array_equal(apply_table(values, 1, np.array([7, 8])), [7, 7, 8, 8])
    np.testing.assert_array_equal(apply_table(values, -3, np.array([7, 8])), [8, 8, 8, 8])


@pytest.mark.parametrize(
    ("stated", "tables", "expected"),
    [
        (16, ([v * 257 for v in RAMP], RAMP[::-1], [200] * 256), (RAMP, [0] * 256, [0] * 256)),
        (16, (RAMP, RAMP[::-1], [200] * 256), (RAMP, RAMP[::-1], [200] * 256)),
        (8, ([v * 257 for v in RAMP], [0] * 256, [65535] * 256), (RAMP, [0] * 256, [255] * 256)),
        (12, ([v * 16 for v in RAMP], [0] * 256, [4095] * 256), (RAMP, [0] * 256, [255] * 256)),
    ],
)
def test_bits_per_entry_is_one_for_the_three_colours(stated, tables, expected):
    attributes = palette(0, *tables)
    for name in NAMES:
        attributes[f"{name}PaletteColorLookupTableDescriptor"] = [256, 0, stated]
    image = read_image(image_bytes(BYTES, **attributes))
    np.testing.assert_array_equal(image.values, np.stack([np.array(table)[BYTES] for table in expected], axis=-1))


def test_a_palette_cut_short_shows_no_pixel_in_another_colour():
    attributes = palette(0, RAMP[:201], RAMP[:201], RAMP[:201])
    for name in NAMES:
        attributes[f"{name}PaletteColorLookupTableDescriptor"] = [256, 0, 16]
    np.testing.assert_array_equal(read_image(image_bytes(BYTES[:, :3], **attributes)).values[0, :, 0], [0, 100, 200])
    with pytest.raises(Refused) as refusal:
        read_image(image_bytes(BYTES, **attributes))
    assert refusal.value.rule == "cannot-be-decoded"


@pytest.mark.parametrize(("vr", "bits"), [("OW", 8), ("OB", 8), ("OW", 16)])
def test_a_palette_in_a_big_endian_file(vr, bits):
    tables = [np.array(table) * (257 if bits == 16 else 1) for table in (RAMP, RAMP[::-1], [7] * 256)]
    elements = dataset(BYTES, **palette(0, *tables, bits=bits))
    elements.file_meta.TransferSyntaxUID = uid.ExplicitVRBigEndian
    elements["PixelData"].VR = "OB"
    for name in NAMES:
        keyword = f"{name}PaletteColorLookupTableData"
        if vr == "OW":
            setattr(elements, keyword, np.frombuffer(elements[keyword].value, "<u2").astype(">u2").tobytes())
        elements[keyword].VR = vr
    image = read_image(written(elements))
    np.testing.assert_array_equal(image.values[0], [[v, 255 - v, 7] for v in BYTES[0].tolist()])


def test_a_supplemental_palette_is_left_out_and_said_to_be():
    """C.7.6.19: values from 3840 on are colours."""
    attributes = palette(3840, [0xFF00] * 256, [0] * 256, [0] * 256)
    del attributes["PhotometricInterpretation"]
    image = read_image(image_bytes(DEEP, BitsStored=12, **attributes))
    assert not image.is_colour
    assert "Colours" in image.notes[0]
    assert read_image(image_bytes(DEEP // 2, BitsStored=12, **attributes)).notes == ()


def segmented(segments: list[int], count: int, bits: int = 16) -> bytes:
    attributes = {"PhotometricInterpretation": "PALETTE COLOR"}
    for name in NAMES:
        attributes[f"{name}PaletteColorLookupTableDescriptor"] = [count, 0, bits]
        data = np.array(segments, dtype="<u2" if bits == 16 else "u1").tobytes()
        attributes[f"Segmented{name}PaletteColorLookupTableData"] = data
    return image_bytes(np.arange(8, dtype=np.uint8)[np.newaxis], **attributes)


@pytest.mark.parametrize(
    ("segments", "count", "bits", "expected"),
    [
        # Discrete 0, 10; linear to 18 in 2 steps; then both again, by the offset in bytes of the first: 0.
        ([0, 2, 0, 0x0A00, 1, 2, 0x1200, 2, 2, 0, 0], 8, 16, [0, 10, 14, 18, 0, 10, 14, 18]),
        # The linear segment again, at byte 8: from 18, where the table stands, to 18; then the values after the table.
        ([0, 2, 0, 0x0A00, 1, 2, 0x1200, 2, 1, 8, 0], 6, 16, [0, 10, 14, 18, 18, 18, 18, 18]),
        # Fields of a byte; the offset has four of them.
        ([0, 2, 5, 10, 1, 2, 20, 2, 2, 0, 0, 0, 0, 0], 8, 8, [5, 10, 15, 20, 5, 10, 15, 20]),
    ],
)
def test_indirect_segments(segments, count, bits, expected):
    np.testing.assert_array_equal(read_image(segmented(segments, count, bits)).values[0, :, 1], expected)


@pytest.mark.parametrize(
    "segments",
    [
        [0, 2, 0, 0x0A00, 2, 1, 8, 0],
        [0, 2, 0, 0x0A00, 2, 1, 8, 90],
        [0, 2, 0, 0x0A00, 2, 1, 8],
        [0, 0, 0, 0],
        [1, 2, 9, 0],
        [3, 2, 9, 0],
    ],
    ids=["to itself", "beyond the end", "cut short", "of nothing", "linear from nowhere", "unknown"],
)
def test_segments_that_cannot_be(segments):
    with pytest.raises(Refused) as refusal:
        read_image(segmented(segments, 8))
    assert refusal.value.rule == "cannot-be-decoded"


WIDE = np.array([[0, 1000, 39999, 40000, 40001, 65535]], dtype=np.uint16)


@pytest.mark.parametrize("highest", [1000, 65535], ids=["below the table", "over it"])
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("keyword", ["VOILUTSequence", "ModalityLUTSequence"])
def test_the_first_value_mapped_is_unsigned_where_the_values_are(keyword, signed, highest):
    """PS3.3 C.11.1.1 and C.11.2.1.1: whatever its own representation says, and wherever the pixels happen to lie."""
    stored = WIDE[highest >= WIDE].reshape(1, -1)
    first = 40000 - 65536 if signed else 40000
    image = read_image(image_bytes(stored, **lut(keyword, first, 8, [10, 20, 255], signed=signed)))
    shown = np.rint(255 * display(image)) if keyword == "VOILUTSequence" else image.values
    np.testing.assert_array_equal(shown[0], [10, 10, 10, 10, 20, 255][: stored.size])


@pytest.mark.parametrize("keyword", ["VOILUTSequence", "ModalityLUTSequence"])
def test_a_table_above_every_value_of_12_bits_gives_its_first_entry(keyword):
    image = read_image(image_bytes(DEEP, BitsStored=12, **lut(keyword, 40000, 8, [10, 20, 255])))
    shown = np.rint(255 * display(image)) if keyword == "VOILUTSequence" else image.values
    np.testing.assert_array_equal(shown, np.full(DEEP.shape, 10))


def test_a_first_value_below_zero_of_unsigned_pixels_is_kept_where_no_pixel_could_be_looked_up_otherwise():
    image = read_image(image_bytes(BYTES, **lut("VOILUTSequence", -2, 8, range(256), signed=True)))
    np.testing.assert_allclose(display(image)[0] * 255, [2, 102, 202, 255], atol=1e-4)


def test_the_first_value_mapped_is_signed_where_the_values_are():
    stored = np.array([[-300, -299, -298, 5]], dtype=np.int16)
    for first, signed in ((-300, True), (65536 - 300, False)):
        image = read_image(image_bytes(stored, **lut("VOILUTSequence", first, 8, [10, 20, 255], signed=signed)))
        np.testing.assert_array_equal(np.rint(255 * display(image))[0], [10, 20, 255, 255])


def test_a_palette_whose_first_value_lies_above_every_pixel_gives_the_first_colour():
    image = read_image(image_bytes(WIDE[:, :2], **palette(40000, [255, 0], [0, 255], [0, 0], bits=8)))
    np.testing.assert_array_equal(image.values, [[[255, 0, 0], [255, 0, 0]]])


def test_a_supplemental_palette_above_every_pixel_takes_nothing_away():
    attributes = palette(40000, [255, 0], [0, 255], [0, 0]) | {"PhotometricInterpretation": "MONOCHROME2"}
    image = read_image(image_bytes(WIDE[:, :2], **attributes))
    assert not any("Colours" in note for note in image.notes)


@pytest.mark.parametrize("keyword", ["VOILUTSequence", "ModalityLUTSequence"])
def test_a_table_cut_short_shows_no_pixel_by_another_entry(keyword):
    attributes = lut(keyword, 0, 8, RAMP[:201])
    attributes[keyword][0].LUTDescriptor = [256, 0, 8]
    image = read_image(image_bytes(BYTES[:, :3], **attributes))
    shown = np.rint(255 * display(image)) if keyword == "VOILUTSequence" else image.values
    np.testing.assert_array_equal(shown[0], [0, 100, 200])
    with pytest.raises(Refused) as refusal:
        read_image(image_bytes(BYTES, **attributes))
    assert refusal.value.rule == "cannot-be-decoded"
