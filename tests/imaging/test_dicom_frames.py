"""Frames of a DICOM file: each with its own attributes, and decoded by itself."""

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, get_frame
from pydicom.sequence import Sequence
from pydicom.uid import (
    JPEGLSLossless,
    RLELossless,
)

from meddx.errors import Refused
from meddx.imaging.read_image import read_image
from meddx.imaging.windowing import display
from meddx.types import Window
from tests.imaging.images import dataset, image_bytes, item, written


def test_frame_by_index():
    frames = np.arange(24, dtype=np.uint16).reshape(2, 3, 4)
    data = image_bytes(frames[0], NumberOfFrames=2, PixelData=frames.tobytes())
    for index in range(2):
        image = read_image(data, index)
        np.testing.assert_array_equal(image.values, frames[index])
        assert (image.frame, image.frames) == (index, 2)
    for index in (-1, 2):
        with pytest.raises(Refused) as refusal:
            read_image(data, index)
        assert refusal.value.rule == "frame-out-of-range"


def test_functional_groups_of_the_frame_win_over_the_shared_ones():
    frames = np.arange(24, dtype=np.uint16).reshape(2, 3, 4)
    groups = []
    for intercept in (10, 20):
        group = Dataset()
        group.PixelValueTransformationSequence = item(RescaleSlope=2, RescaleIntercept=intercept, RescaleType="US")
        groups.append(group)
    shared = Dataset()
    shared.FrameVOILUTSequence = item(WindowCenter=7, WindowWidth=8)
    shared.PixelMeasuresSequence = item(PixelSpacing=[0.6, 0.2])
    image = read_image(
        image_bytes(
            frames[0],
            NumberOfFrames=2,
            PixelData=frames.tobytes(),
            PerFrameFunctionalGroupsSequence=Sequence(groups),
            SharedFunctionalGroupsSequence=Sequence([shared]),
            WindowCenter=99,
            WindowWidth=99,
        ),
        frame=1,
    )
    np.testing.assert_array_equal(image.values, frames[1] * 2.0 + 20)
    assert image.window == Window(7, 8)
    assert image.pixel_aspect == pytest.approx(3)


def test_each_frame_has_its_own_window():
    frames = np.array([[[0, 250, 1000]], [[0, 500, 1000]]], dtype=np.uint16)
    groups = []
    for center, width in ((250, 500), (500, 1000)):
        group = Dataset()
        group.FrameVOILUTSequence = item(WindowCenter=center, WindowWidth=width, VOILUTFunction="LINEAR_EXACT")
        groups.append(group)
    data = image_bytes(
        frames[0],
        NumberOfFrames=2,
        PixelData=frames.tobytes(),
        PerFrameFunctionalGroupsSequence=Sequence(groups),
    )
    np.testing.assert_allclose(display(read_image(data, 0)), [[0, 0.5, 1]], atol=1e-6)
    np.testing.assert_allclose(display(read_image(data, 1)), [[0, 0.5, 1]], atol=1e-6)


def test_only_the_asked_frame_of_a_compressed_file_is_decoded():
    frames = np.random.default_rng(3).integers(0, 4096, (3, 16, 16)).astype(np.uint16)
    elements = dataset(frames[0], NumberOfFrames=3, PixelData=frames.tobytes())
    elements.compress(JPEGLSLossless)
    np.testing.assert_array_equal(read_image(written(elements), 2).values, frames[2])


@pytest.mark.parametrize("table", [True, False])
@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless])
@pytest.mark.parametrize("fragments", [1, 2])
def test_of_a_compressed_cine_that_the_file_cuts_the_frames_before_are_read(syntax, table, fragments):
    frames = np.random.default_rng(3).integers(0, 4096, (3, 16, 16)).astype(np.uint16)
    elements = dataset(frames[0], NumberOfFrames=3, PixelData=frames.tobytes())
    elements.compress(syntax)
    encoded = [get_frame(elements.PixelData, index, number_of_frames=3) for index in range(3)]
    elements.PixelData = encapsulate(encoded, fragments_per_frame=fragments, has_bot=table)
    data = written(elements)
    for cut, whole in ((0, 3), (8, 2), (len(encoded[2]) // 2, 2), (len(encoded[2]) + len(encoded[1]) // 2, 1)):
        part = data[: len(data) - cut - 8 * (cut > 8)]
        for index in range(3):
            if whole == 3 and fragments == 2 and not table:
                continue  # nothing is cut, and where frames begin is not said
            if index < whole and (fragments == 1 or table):
                np.testing.assert_array_equal(read_image(part, index).values, frames[index])
            else:
                with pytest.raises(Refused) as raised:
                    read_image(part, index)
                assert raised.value.rule in ("truncated", "frame-out-of-range")


def test_of_one_compressed_frame_that_the_file_cuts_nothing_is_shown():
    elements = dataset(np.random.default_rng(3).integers(0, 4096, (64, 64)).astype(np.uint16))
    elements.compress(JPEGLSLossless)
    encoded = get_frame(elements.PixelData, 0, number_of_frames=1)
    elements.PixelData = encapsulate([encoded], fragments_per_frame=4)
    data = written(elements)
    for cut in range(8, len(encoded), len(encoded) // 7):
        with pytest.raises(Refused) as raised:
            read_image(data[:-cut])
        assert raised.value.rule == "truncated"


@pytest.mark.parametrize("damaged", [0, 1, 2])
def test_of_a_cine_with_one_damaged_frame_that_one_is_refused_and_the_others_are_read(damaged):
    frames = np.random.default_rng(3).integers(0, 4096, (3, 16, 16)).astype(np.uint16)
    elements = dataset(frames[0], NumberOfFrames=3, PixelData=frames.tobytes())
    elements.compress(RLELossless)
    encoded = [get_frame(elements.PixelData, index, number_of_frames=3) for index in range(3)]
    encoded[damaged] = b"\x99" * len(encoded[damaged])
    elements.PixelData = encapsulate(encoded)
    data = written(elements)
    for index in range(3):
        if index == damaged:
            with pytest.raises(Refused) as raised:
                read_image(data, index)
            assert (raised.value.rule, raised.value.frames) == ("cannot-be-decoded", 3)
        else:
            np.testing.assert_array_equal(read_image(data, index).values, frames[index])
