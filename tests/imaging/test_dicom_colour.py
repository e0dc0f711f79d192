"""Colour of a DICOM file: planes, colour spaces, profiles and palettes, with numbers worked out by hand."""

import numpy as np
from PIL import ImageCms

from meddx.imaging.read_image import read_image
from tests.imaging.images import image_bytes, palette


def test_planar_configuration():
    colour = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    planes = np.ascontiguousarray(colour.transpose(2, 0, 1)).tobytes()
    image = read_image(image_bytes(colour, PlanarConfiguration=1, PixelData=planes))
    np.testing.assert_array_equal(image.values, colour)
    assert image.values.dtype == np.uint8


def test_colour_of_16_bits_to_8():
    colour = np.array([[[0, 65535, 257]]], dtype=np.uint16)
    np.testing.assert_array_equal(read_image(image_bytes(colour)).values, [[[0, 255, 1]]])


def test_ybr_full():
    # PS3.3 C.7.6.3.1.2 inverted, with cb = Cb - 128 and cr = Cr - 128:
    # R = Y + 1.402 cr, G = Y - 0.3441 cb - 0.7141 cr, B = Y + 1.772 cb
    ybr = np.array([[[100, 128, 128], [100, 138, 128], [100, 128, 138]]], dtype=np.uint8)
    image = read_image(image_bytes(ybr, PhotometricInterpretation="YBR_FULL"))
    np.testing.assert_array_equal(image.values, [[[100, 100, 100], [100, 97, 118], [114, 93, 100]]])


def test_a_colour_profile_is_applied():
    colour = np.array([[[255, 0, 0], [0, 255, 0], [128, 128, 128]]], dtype=np.uint8)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = read_image(image_bytes(colour, ICCProfile=profile))
    assert np.abs(image.values.astype(int) - colour).max() <= 1
    swapped = profile.replace(b"gXYZ", b"?XYZ").replace(b"bXYZ", b"gXYZ").replace(b"?XYZ", b"bXYZ")
    image = read_image(image_bytes(colour, ICCProfile=swapped))
    assert np.abs(image.values[0, 1].astype(int) - [0, 0, 255]).max() <= 2
    image = read_image(image_bytes(colour, ICCProfile=b"no profile"))
    np.testing.assert_array_equal(image.values, colour)
    assert len(image.notes) == 1


def test_palette_of_16_bits():
    stored = np.array([[0, 10, 11, 12, 200]], dtype=np.uint8)
    image = read_image(image_bytes(stored, **palette(10, [0xFF00, 0, 0x1200], [0, 0xFF00, 0], [0, 0, 0xFFFF])))
    np.testing.assert_array_equal(image.values, [[[255, 0, 0], [255, 0, 0], [0, 255, 0], [18, 0, 255], [18, 0, 255]]])


def test_palette_of_8_bits():
    stored = np.array([[0, 1]], dtype=np.uint8)
    image = read_image(image_bytes(stored, **palette(0, [1, 2], [3, 4], [5, 6], bits=8)))
    np.testing.assert_array_equal(image.values, [[[1, 3, 5], [2, 4, 6]]])


def test_segmented_palette():
    # C.7.9.2: discrete segment of 2 entries (0, 0x0A00), then a linear one of 4 that ends at 0x1200: steps of 0x0200.
    segments = np.array([0, 2, 0, 0x0A00, 1, 4, 0x1200], dtype="<u2").tobytes()
    attributes = {"PhotometricInterpretation": "PALETTE COLOR"}
    for name in ("Red", "Green", "Blue"):
        attributes[f"{name}PaletteColorLookupTableDescriptor"] = [6, 0, 16]
        attributes[f"Segmented{name}PaletteColorLookupTableData"] = segments
    image = read_image(image_bytes(np.arange(6, dtype=np.uint8).reshape(1, 6), **attributes))
    np.testing.assert_array_equal(image.values[0, :, 0], [0, 10, 12, 14, 16, 18])
