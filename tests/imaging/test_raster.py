"""PNG and JPEG of every kind that scanners, phones and screen captures make."""

import struct
import zlib
from io import BytesIO

import numpy as np
import PIL.Image
import pytest
from PIL import ImageCms, PngImagePlugin

from meddx.errors import Refused
from meddx.imaging.read_image import read_image
from meddx.imaging.windowing import display

GREY = np.array([[0, 50, 100], [150, 200, 250]], dtype=np.uint8)
COLOUR = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]], [[9, 8, 7], [1, 2, 3], [50, 60, 70]]], dtype=np.uint8)


def saved(image: PIL.Image.Image, kind: str = "PNG", **options) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def png(rows: int, columns: int, bit_depth: int, colour_type: int, *, samples: bytes, interlace: int = 0) -> bytes:
    """A PNG from already filtered scan lines, for the kinds that Pillow cannot write."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", columns, rows, bit_depth, colour_type, 0, 0, interlace)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(samples)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def test_grey_png():
    image = read_image(saved(PIL.Image.fromarray(GREY)))
    np.testing.assert_array_equal(image.values, GREY)
    assert image.values.dtype == np.float32
    assert (image.format, image.bits_stored, image.value_range, image.notes) == ("PNG", 8, (0, 255), ())
    assert image.transfer_syntax is None


def test_grey_is_shown_as_it_is_at_8_bits_and_over_its_own_range_at_16():
    np.testing.assert_allclose(display(read_image(saved(PIL.Image.fromarray(GREY)))), GREY / 255, atol=1e-6)
    deep = np.array([[1000, 2000, 5000]], dtype=np.uint16)
    np.testing.assert_allclose(display(read_image(saved(PIL.Image.fromarray(deep)))), [[0, 0.25, 1]], atol=1e-6)


def test_grey_png_of_16_bits():
    values = np.array([[0, 1, 256], [4095, 40000, 65535]], dtype=np.uint16)
    image = read_image(saved(PIL.Image.fromarray(values)))
    np.testing.assert_array_equal(image.values, values)
    assert (image.bits_stored, image.value_range) == (16, (0, 65535))


def test_colour_png_of_16_bits():
    line = struct.pack(">6H", 0xFFFF, 0, 0x8000, 0x0100, 0xFF00, 0)
    image = read_image(png(1, 2, 16, 2, samples=b"\0" + line))
    np.testing.assert_array_equal(image.values, [[[255, 0, 128], [1, 255, 0]]])


def test_black_and_white_png():
    image = read_image(saved(PIL.Image.fromarray(GREY > 100).convert("1")))
    np.testing.assert_array_equal(image.values, (GREY > 100) * 255)


def test_interlaced_png():
    # Adam7 of a 2 x 2 image: pass 1 holds (0, 0), pass 6 holds (0, 1), pass 7 the second row.
    image = read_image(png(2, 2, 8, 0, samples=b"\0\x0a" + b"\0\x14" + b"\0\x1e\x28", interlace=1))
    np.testing.assert_array_equal(image.values, [[10, 20], [30, 40]])


def test_palette_png():
    image = read_image(saved(PIL.Image.fromarray(COLOUR).quantize(6)))
    np.testing.assert_array_equal(image.values, COLOUR)


def test_transparent_parts_are_black():
    rgba = np.dstack([COLOUR, np.array([[255, 255, 0], [255, 255, 255]], dtype=np.uint8)])
    image = read_image(saved(PIL.Image.fromarray(rgba)))
    np.testing.assert_array_equal(image.values[0], [[255, 0, 0], [0, 255, 0], [0, 0, 0]])
    assert len(image.notes) == 1


def test_an_opaque_alpha_channel_is_dropped():
    image = read_image(saved(PIL.Image.fromarray(np.dstack([COLOUR, np.full((2, 3), 255, np.uint8)]))))
    np.testing.assert_array_equal(image.values, COLOUR)
    assert image.notes == ()


def test_grey_stored_as_colour_is_grey():
    image = read_image(saved(PIL.Image.fromarray(GREY).convert("RGB")))
    np.testing.assert_array_equal(image.values, GREY)
    assert not image.is_colour


def test_jpeg_is_noted_as_lossy():
    smooth = np.tile(np.linspace(0, 255, 64).astype(np.uint8), (64, 1))
    image = read_image(saved(PIL.Image.fromarray(smooth), "JPEG", quality=95))
    assert np.abs(image.values - smooth).max() <= 4
    assert (image.format, image.notes) == ("JPEG", ("The image was lossy compressed.",))


def test_cmyk_jpeg():
    # No cyan, magenta or yellow and half black is mid grey; full cyan is no red.
    half_black = read_image(saved(PIL.Image.new("CMYK", (16, 16), (0, 0, 0, 128)), "JPEG"))
    assert np.abs(half_black.values - 127).max() <= 3
    cyan = read_image(saved(PIL.Image.new("CMYK", (16, 16), (255, 0, 0, 0)), "JPEG"))
    assert cyan.values[..., 0].max() <= 4
    assert cyan.values[..., 1:].min() >= 251


@pytest.mark.parametrize(
    ("orientation", "upright"),
    [
        # TIFF 6.0, tag 274: where the stored row 0 and column 0 lie in the upright image.
        (1, [[0, 50, 100], [150, 200, 250]]),
        (2, [[100, 50, 0], [250, 200, 150]]),
        (3, [[250, 200, 150], [100, 50, 0]]),
        (4, [[150, 200, 250], [0, 50, 100]]),
        (5, [[0, 150], [50, 200], [100, 250]]),
        (6, [[150, 0], [200, 50], [250, 100]]),
        (7, [[250, 100], [200, 50], [150, 0]]),
        (8, [[100, 250], [50, 200], [0, 150]]),
        (9, [[0, 50, 100], [150, 200, 250]]),
    ],
)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_exif_orientation(orientation, upright, dtype):
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    image = read_image(saved(PIL.Image.fromarray(GREY.astype(dtype)), exif=exif))
    np.testing.assert_array_equal(image.values, upright)


def test_a_profile_is_applied():
    """A profile whose green and blue primaries are swapped turns green into blue."""
    srgb = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    green, blue = srgb.find(b"gXYZ"), srgb.find(b"bXYZ")
    srgb[green : green + 4], srgb[blue : blue + 4] = b"bXYZ", b"gXYZ"
    image = read_image(saved(PIL.Image.fromarray(COLOUR), icc_profile=bytes(srgb)))
    assert np.abs(image.values[0].astype(int) - [[255, 0, 0], [0, 0, 255], [0, 255, 0]]).max() <= 2
    assert image.notes == ()


def test_a_broken_profile_is_noted():
    image = read_image(saved(PIL.Image.fromarray(COLOUR), icc_profile=b"no profile at all"))
    np.testing.assert_array_equal(image.values, COLOUR)
    assert len(image.notes) == 1


def grey_profile(gamma: float) -> bytes:
    """An ICC profile (version 2.1) for grey with one exponent, which no library here writes."""
    white = struct.pack(">3i", 63190, 65536, 54061)  # D50
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", 5) + b"grey\0" + bytes(78),
        b"wtpt": b"XYZ \0\0\0\0" + white,
        b"kTRC": b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0",
        b"cprt": b"text\0\0\0\0none",
    }
    table, body = struct.pack(">I", len(tags)), b""
    for name, content in tags.items():
        table += name + struct.pack(">II", 132 + 12 * len(tags) + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    header = bytearray(128)
    header[8:24] = b"\x02\x10\0\0mntrGRAYXYZ "
    header[36:40], header[68:80] = b"acsp", white
    header[:4] = struct.pack(">I", 128 + len(table) + len(body))
    return bytes(header) + table + body


def encoded(linear: np.ndarray) -> np.ndarray:
    """Linear light in [0, 1] as sRGB, IEC 61966-2-1."""
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "L"), ("PNG", "LA"), ("JPEG", "L")])
def test_a_grey_profile_is_applied(kind, mode):
    grey = np.tile(np.array([[38], [100], [217]], dtype=np.uint8).repeat(8, axis=0), 24)
    image = read_image(saved(PIL.Image.fromarray(grey).convert(mode), kind, icc_profile=grey_profile(1.0)))
    assert not image.is_colour
    np.testing.assert_allclose(display(image), encoded(grey / 255), atol=0.02)


def test_a_grey_profile_of_16_bits():
    grey = np.array([[10_000, 30_000, 60_000]], dtype=np.uint16)
    image = read_image(saved(PIL.Image.fromarray(grey), icc_profile=grey_profile(1.0)))
    np.testing.assert_allclose(image.values / 65535, encoded(grey / 65535), atol=0.01)


def test_a_grey_image_with_the_profile_of_srgb_is_as_stored():
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = read_image(saved(PIL.Image.fromarray(GREY), icc_profile=srgb))
    np.testing.assert_array_equal(image.values, GREY)
    assert image.notes == ()


@pytest.mark.parametrize(
    ("pixels", "profile"), [(GREY, b"none"), (GREY.astype(np.uint16), b"none"), (COLOUR, grey_profile(1.0))]
)
def test_a_profile_that_does_not_fit_is_noted(pixels, profile):
    image = read_image(saved(PIL.Image.fromarray(pixels), icc_profile=profile))
    np.testing.assert_array_equal(image.values, pixels)
    assert len(image.notes) == 1


@pytest.mark.parametrize(("value", "synthetic"), [("YES", True), ("NO", False)])
def test_synthetic_text_chunk(value, synthetic):
    text = PngImagePlugin.PngInfo()
    text.add_text("Synthetic", value)
    assert read_image(saved(PIL.Image.fromarray(GREY), pnginfo=text)).synthetic is synthetic


def test_only_one_frame():
    with pytest.raises(Refused) as refusal:
        read_image(saved(PIL.Image.fromarray(GREY)), 1)
    assert refusal.value.rule == "frame-out-of-range"


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_cut_short(kind):
    noise = np.random.default_rng(1).integers(0, 256, (64, 64)).astype(np.uint8)
    data = saved(PIL.Image.fromarray(noise), kind)
    for end in (len(data) // 2, len(data) - 100):
        with pytest.raises(Refused) as refusal:
            read_image(data[:end])
        assert refusal.value.rule == "truncated"


def test_damaged():
    data = bytearray(saved(PIL.Image.fromarray(GREY)))
    data[data.find(b"IDAT") + 6] ^= 0xFF
    with pytest.raises(Refused) as refusal:
        read_image(bytes(data))
    assert refusal.value.rule == "cannot-be-decoded"
