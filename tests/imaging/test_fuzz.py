"""Broken bytes are refused, whatever is broken: nothing but Refused leaves read_image.

JPEG inside DICOM is left out where GDCM decodes it: on some broken streams GDCM ends the process, for which the
engine has a worker that is replaced.
"""

from functools import cache
from io import BytesIO

import numpy as np
import PIL.Image
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from meddx.errors import Refused
from meddx.imaging.drawable_image import to_drawable
from meddx.imaging.read_image import read_image
from meddx.imaging.refusals import REFUSAL_RULES
from meddx.imaging.windowing import display
from tests.imaging.images import dataset, lut, palette, written

PIXELS = np.random.default_rng(11).integers(0, 4096, (48, 40)).astype(np.uint16)


@cache
def seeds() -> tuple[bytes, ...]:
    """One small file of every kind that is decoded by different code."""
    files = []
    for syntax in (
        ExplicitVRLittleEndian,
        DeflatedExplicitVRLittleEndian,
        RLELossless,
        JPEGLSLossless,
        JPEG2000Lossless,
    ):
        elements = dataset(PIXELS, BitsStored=12, WindowCenter="2048", WindowWidth="4096", RescaleSlope="2")
        if syntax.is_encapsulated:
            elements.compress(syntax)
        elements.file_meta.TransferSyntaxUID = syntax
        files.append(written(elements))
    files.append(written(dataset(PIXELS, **lut("ModalityLUTSequence", 0, 16, range(64)))))
    files.append(written(dataset(PIXELS, **lut("VOILUTSequence", 0, 12, range(64)))))
    files.append(written(dataset(PIXELS.astype(np.uint8), **palette(0, range(256), range(256), range(256)))))
    for kind, mode in (("PNG", "L"), ("PNG", "P"), ("JPEG", "RGB")):
        file = BytesIO()
        PIL.Image.fromarray(PIXELS.astype(np.uint8)).convert(mode).save(file, kind)
        files.append(file.getvalue())
    return tuple(files)


def check(data: bytes) -> None:
    image, rule = None, None
    try:
        image = read_image(data)
    except Refused as refusal:
        rule = refusal.rule
    if image is None:
        assert rule in REFUSAL_RULES
        return
    shown = display(image)
    assert np.isfinite(shown).all()
    to_drawable(image)


@st.composite
def broken(draw) -> bytes:
    """A seed with some bytes replaced, most of them near its start, and perhaps its end or its middle cut out."""
    data = bytearray(draw(st.sampled_from(seeds())))
    end = draw(st.sampled_from([1024, len(data)]))
    for _ in range(draw(st.integers(0, 6))):
        data[draw(st.integers(0, min(end, len(data)) - 1))] = draw(st.integers(0, 255))
    if draw(st.booleans()):
        start = draw(st.integers(0, len(data)))
        del data[start : start + draw(st.sampled_from([1, 2, 4, 8, 100, 1 << 30]))]
    return bytes(data)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(broken())
def test_broken_files(data):
    check(data)


@pytest.mark.slow
@settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(broken())
def test_many_broken_files(data):
    check(data)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([b"", b"\0" * 128 + b"DICM", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"]))
def test_noise_after_a_signature(noise, signature):
    check(signature + noise)
