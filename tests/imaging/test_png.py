"""PNG with rows missing, with 16 bits beside an alpha channel, and with a transparent sample value."""

import struct
import zlib

import numpy as np
import PIL.Image
import pytest

from meddx.errors import Refused
from meddx.imaging.read_image import read_image
from meddx.imaging.windowing import display
from tests.imaging.test_raster import png, saved

NOISE = np.random.default_rng(6).integers(0, 65536, (16, 16)).astype(">u2")
LINES_8 = b"".join(b"\0" + row.astype(np.uint8).tobytes() for row in NOISE)
LINES_16 = b"".join(b"\0" + row.tobytes() for row in NOISE)


def rule(data: bytes) -> str:
    with pytest.raises(Refused) as refusal:
        read_image(data)
    return refusal.value.rule


@pytest.mark.parametrize(("depth", "lines"), [(8, LINES_8), (16, LINES_16)])
def test_fewer_rows_than_the_header_states(depth, lines):
    assert read_image(png(16, 16, depth, 0, samples=lines)).values.shape == (16, 16)
    line = len(lines) // 16
    for rows in (1, 9, 15):
        assert rule(png(16, 16, depth, 0, samples=lines[: rows * line])) == "truncated"


@pytest.mark.parametrize(("depth", "colour_type", "line"), [(1, 0, 2), (2, 3, 4), (8, 2, 48), (8, 6, 64), (16, 4, 64)])
def test_rows_of_every_sort(depth, colour_type, line):
    columns = 13 if depth < 8 else 16
    rows = (bytes(1) + bytes(line)) * 5
    if colour_type == 3:  # a palette that Pillow writes
        data = saved(PIL.Image.new("P", (13, 5)))
        assert read_image(data).values.shape[:2] == (5, 13)
        return
    assert read_image(png(5, columns, depth, colour_type, samples=rows)).values.shape[:2] == (5, columns)
    assert rule(png(5, columns, depth, colour_type, samples=rows[: -1 - line])) == "truncated"


def test_interlaced_passes_missing():
    # Adam7 of 2 x 2: passes 1, 6 and 7 hold rows; 5 bytes of 7 lack the last pass.
    assert rule(png(2, 2, 8, 0, samples=b"\0\x0a" + b"\0\x14", interlace=1)) == "truncated"
    assert rule(png(1, 2, 8, 0, samples=b"\0\x0a", interlace=1)) == "truncated"
    # 5 x 3: pass 1 (1 pixel), 2 (1), 4 (1 row of 1), 5 (1 row of 3), 6 (2 rows of 2) and 7 (1 row of 5).
    passes = b"\0\1" + b"\0\2" + b"\0\3" + b"\0\4\5\6" + b"\0\7\10" * 2 + b"\0" + bytes(range(5))
    assert read_image(png(3, 5, 8, 0, samples=passes, interlace=1)).values.shape == (3, 5)
    assert rule(png(3, 5, 8, 0, samples=passes[:-6], interlace=1)) == "truncated"


@pytest.mark.parametrize("palette", [None, b"", bytes([255, 0, 0, 0, 255, 0])], ids=["none", "empty", "two of four"])
def test_a_colour_that_the_palette_does_not_have(palette):
    data = png(1, 4, 2, 3, samples=b"\0\x1b")  # pixels 0, 1, 2, 3
    if palette is not None:
        chunk = b"PLTE" + palette
        data = data[:33] + struct.pack(">I", len(palette)) + chunk + struct.pack(">I", zlib.crc32(chunk)) + data[33:]
    assert rule(data) == "cannot-be-decoded"


def test_a_palette_of_just_the_colours_that_are_used():
    chunk = b"PLTE" + bytes([255, 0, 0, 0, 255, 0])
    data = png(1, 4, 1, 3, samples=b"\0\x50")  # pixels 0, 1, 0, 1
    data = data[:33] + struct.pack(">I", 6) + chunk + struct.pack(">I", zlib.crc32(chunk)) + data[33:]
    np.testing.assert_array_equal(read_image(data).values[0], [[255, 0, 0], [0, 255, 0]] * 2)


def test_more_data_than_rows_does_no_harm():
    image = read_image(png(2, 2, 8, 0, samples=b"\0\x0a\x14\0\x1e\x28\0\0\0"))
    np.testing.assert_array_equal(image.values, [[10, 20], [30, 40]])


def test_an_animation_is_its_first_image():
    first, second = (PIL.Image.fromarray(np.full((4, 4), value, np.uint8)) for value in (10, 200))
    for default in (False, True):
        data = saved(first, save_all=True, append_images=[second], default_image=default)
        np.testing.assert_array_equal(read_image(data).values, 10)


def with_transparent(data: bytes, samples: tuple[int, ...]) -> bytes:
    content = b"tRNS" + struct.pack(f">{len(samples)}H", *samples)
    start = data.find(b"IDAT") - 4
    chunk = struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))
    return data[:start] + chunk + data[start:]


@pytest.mark.parametrize(
    ("depth", "columns", "line", "key", "values"),
    [
        (8, 4, b"\x00\x40\x80\xff", 255, [0, 64, 128, 0]),
        (8, 4, b"\x00\x40\x80\xff", 0x40, [0, 0, 128, 255]),
        (4, 2, b"\x5f", 15, [85, 0]),
        (2, 4, b"\x1b", 3, [0, 85, 170, 0]),
        (1, 8, b"\xa5", 1, [0] * 8),
    ],
)
def test_a_transparent_grey_is_black(depth, columns, line, key, values):
    image = read_image(with_transparent(png(1, columns, depth, 0, samples=b"\0" + line), (key,)))
    np.testing.assert_array_equal(image.values, [values])
    assert len(image.notes) == 1


def test_a_transparent_grey_that_no_pixel_has():
    image = read_image(with_transparent(png(1, 2, 8, 0, samples=b"\0\x05\x06"), (9,)))
    np.testing.assert_array_equal(image.values, [[5, 6]])
    assert image.notes == ()


def test_a_transparent_grey_of_16_bits_is_black_and_sets_no_contrast():
    line = b"\0" + struct.pack(">4H", 1000, 1500, 2000, 65535)
    image = read_image(with_transparent(png(1, 4, 16, 0, samples=line), (65535,)))
    np.testing.assert_allclose(display(image), [[0, 0.5, 1, 0]], atol=1e-6)


def test_a_transparent_colour_of_16_bits():
    line = b"\0" + struct.pack(">6H", 0x0100, 0x0200, 0x0300, 0x1000, 0x2000, 0x3000)
    image = read_image(with_transparent(png(1, 2, 16, 2, samples=line), (0x1000, 0x2000, 0x3000)))
    np.testing.assert_array_equal(image.values, [[[1, 2, 3], [0, 0, 0]]])


@pytest.mark.parametrize("interlace", [0, 1])
def test_grey_of_16_bits_beside_an_alpha_channel_keeps_them(interlace):
    line = b"\0" + struct.pack(">4H", 1000, 65535, 1500, 65535)
    data = png(1, 2, 16, 4, samples=line, interlace=0)
    if interlace:
        data = png(1, 2, 16, 4, samples=line[:5] + b"\0" + line[5:], interlace=1)
    image = read_image(data)
    np.testing.assert_array_equal(image.values, [[1000, 1500]])
    assert (image.bits_stored, image.notes) == (16, ())
    hole = read_image(png(1, 3, 16, 4, samples=line + struct.pack(">2H", 9, 0)))
    np.testing.assert_allclose(display(hole), [[0, 1, 0]], atol=1e-6)
    assert len(hole.notes) == 1


def test_half_transparent_grey():
    image = read_image(png(1, 2, 8, 4, samples=b"\0" + bytes([100, 255, 200, 51])))
    np.testing.assert_array_equal(image.values, [[100, 40]])
