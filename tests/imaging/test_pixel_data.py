"""Compressed frames: the codecs that no file of the other tests uses, headers, and many threads at once."""

from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from pydicom import uid
from pydicom.encaps import encapsulate
from pydicom.pixels.decoders.base import get_decoder

from meddx.errors import Refused
from meddx.imaging.codestream_header import Codestream, codestream_header, is_rle
from meddx.imaging.pixel_data import PLUGINS
from meddx.imaging.read_image import read_image
from tests.imaging.images import dataset, written

RAMP = (np.arange(16) * 250 + np.arange(16)[:, None] * 16).astype(np.uint16)
HTJ2K_RAMP = b64decode(
    "/0//UQApQAAAAAAQAAAAEAAAAAAAAAAAAAAAEAAAABAAAAAAAAAAAAABDwEB/1AACAACAAAACv9SAAwAAgABAAUEBEAB/1wAEyCIkJCQkJCQkJCQ"
    "kJCQiIiI/2QAFwABT3BlbkpQSCBWZXIgMC4yNi4zLv+QAAoAAAAAAHwAAf+TwAAmf/YFB3QAAMAAE0AAEoDY8QOHdAAiAYd0AMAAE8AAEwDoQMcD"
    "AnQAkJAAQ1QAwAAVUAAFUGSQQQYZqnKCdQBGwzD+wBCB7LYAwAAtCAAFYPLy8vLy8vLy58p6enGCeADe3d3d/fJ798nsuAD/2Q=="
)
"""RAMP, losslessly encoded by OpenJPH 0.26.3."""


def encapsulated(codestream: bytes, syntax: uid.UID, pixels=RAMP) -> bytes:
    elements = dataset(pixels)
    elements.compress(uid.JPEGLSLossless)
    elements.file_meta.TransferSyntaxUID = syntax
    elements.PixelData = encapsulate([codestream])
    return written(elements)


@pytest.mark.parametrize("syntax", [uid.HTJ2KLossless, uid.HTJ2KLosslessRPCL, uid.HTJ2K])
def test_htj2k(syntax):
    image = read_image(encapsulated(HTJ2K_RAMP, syntax))
    np.testing.assert_array_equal(image.values, RAMP)
    assert image.transfer_syntax == syntax.name


def test_the_header_of_a_codestream():
    assert codestream_header(HTJ2K_RAMP, uid.HTJ2K) == Codestream(rows=16, columns=16, samples=1, precision=16)


SOI, SOS = "ffd8", "ffda0008010100003f00"
SOF0 = "ffc0000b080005000701011100"


@pytest.mark.parametrize(
    ("segments", "header"),
    [
        (SOI + SOF0 + SOS, Codestream(5, 7, 1, 8)),
        (SOI + "ffe00004abcd" + SOF0 + SOS, Codestream(5, 7, 1, 8)),
        (SOI + "ffff" + SOF0[2:] + SOS, Codestream(5, 7, 1, 8)),
        (SOI + SOS, None),
        (SOI + SOF0, None),
        (SOI + SOF0 + SOF0 + SOS, None),
        (SOI + "00" + SOF0 + SOS, None),
        (SOI + "ff000004abcd" + SOF0 + SOS, None),
        (SOI + "ffee000e41646f6265006400000000ff" + SOF0 + SOS, None),
        (SOI + "ffee000e41646f626500640000000001" + SOF0 + SOS, Codestream(5, 7, 1, 8)),
        ("", None),
    ],
)
def test_jpeg_headers(segments, header):
    assert codestream_header(bytes.fromhex(segments), uid.JPEGBaseline8Bit) == header


def test_rle_headers():
    def frame(*numbers: int) -> bytes:
        return np.array([*numbers, *[0] * (16 - len(numbers))], dtype="<u4").tobytes() + bytes(20)

    assert is_rle(frame(2, 64, 70), 2)
    assert not is_rle(frame(2, 64, 70), 1)
    assert not is_rle(frame(2, 70, 64), 2)
    assert not is_rle(frame(2, 64, 9000), 2)
    assert not is_rle(frame(1, 10), 1)
    assert not is_rle(b"", 1)


def test_an_rle_segment_that_unfolds_to_too_much():
    """pylibjpeg-rle panics on it, which is no Exception in Python."""
    elements = dataset(np.zeros((4, 4), np.uint8))
    elements.compress(uid.RLELossless)
    header = np.array([1, 64, *[0] * 14], dtype="<u4").tobytes()
    elements.PixelData = encapsulate([header + b"\x81\x07" * 8])
    np.testing.assert_array_equal(read_image(written(elements)).values, np.full((4, 4), 7))


def test_every_syntax_here_has_a_decoder_that_is_installed():
    for syntax, plugins in PLUGINS.items():
        assert set(plugins) <= set(get_decoder(syntax).available_plugins)


def test_a_frame_of_another_depth_is_refused():
    with pytest.raises(Refused) as refusal:
        read_image(encapsulated(HTJ2K_RAMP, uid.HTJ2K, RAMP.astype(np.uint8)))
    assert refusal.value.rule == "cannot-be-decoded"


def test_many_threads_read_as_one():
    rng = np.random.default_rng(4)
    stored = [rng.integers(0, 4096, (64, 64)).astype(np.uint16) for _ in range(8)]
    files = []
    for pixels in stored:
        for syntax in (uid.RLELossless, uid.JPEGLSLossless, uid.JPEG2000Lossless):
            elements = dataset(pixels, BitsStored=12)
            elements.compress(syntax)
            files.append((written(elements), pixels))
    with ThreadPoolExecutor(8) as pool:
        images = list(pool.map(lambda file: read_image(file[0]), files * 4))
    for image, (_, pixels) in zip(images, files * 4, strict=True):
        np.testing.assert_array_equal(image.values, pixels)
