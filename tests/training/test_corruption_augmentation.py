import io

import numpy as np
import PIL.Image
import pytest
import tensorflow as tf
from scipy.ndimage import gaussian_filter

from meddx.model.card import Input
from meddx.training.corruption_augmentation import corrupt, draw_corruptions
from meddx.training.recipe import Augmentation

GREY = Input(height=24, width=20, channels=1, low=-1.0, high=1.0, resize="pad")
COLOUR = Input(height=24, width=20, channels=3, low=0.0, high=1.0, resize="pad")


def corrupted(spec, amount, *rows):
    images = np.random.default_rng(1).uniform(0.2, 0.8, (len(rows), 24, 20, spec.channels)).astype(np.float32)
    images = images * np.float32(spec.high - spec.low) + np.float32(spec.low)
    found = corrupt(tf.constant(images), tf.constant(rows, tf.float32), spec, amount).numpy()
    return [(x - spec.low) / (spec.high - spec.low) for x in (images, found)]


def test_half_of_the_images_are_spared_and_the_others_fill_the_amount():
    drawn = draw_corruptions(np.random.default_rng(0), 4000, Augmentation(blur=2.0, noise=0.1, compression=0.7))
    assert (drawn[:, :3] == 0).mean(axis=0) == pytest.approx([0.5] * 3, abs=0.03)
    assert drawn[:, :3].max(axis=0) == pytest.approx([2.0, 0.1, 0.7], rel=0.01)
    untouched = np.random.default_rng(0)
    draw_corruptions(untouched, 4000, Augmentation())
    assert untouched.random() == np.random.default_rng(0).random()


@pytest.mark.parametrize("spec", [GREY, COLOUR], ids=["grey", "colour"])
def test_each_image_is_blurred_by_its_own_amount_as_scipy_does(spec):
    before, after = corrupted(spec, Augmentation(blur=2.0), (1.5, 0, 0, 0), (0, 0, 0, 0), (0.7, 0, 0, 0))
    for index, deviation in ((0, 1.5), (2, 0.7)):
        expected = gaussian_filter(before[index], (deviation, deviation, 0), mode="reflect", radius=(6, 6, 0))
        assert after[index] == pytest.approx(expected, abs=2e-5)
    assert after[1] == pytest.approx(before[1], abs=1e-6)


def test_noise_has_the_deviation_of_its_image_and_depends_on_its_seed_only():
    rows = ((0, 0.05, 0, 3), (0, 0.0, 0, 4), (0, 0.05, 0, 3), (0, 0.02, 0, 5))
    before, after = corrupted(COLOUR, Augmentation(noise=0.1), *rows)
    deviations = (after - before).std(axis=(1, 2, 3))
    assert deviations == pytest.approx([0.05, 0, 0.05, 0.02], rel=0.08, abs=1e-6)
    assert (after - before)[0] == pytest.approx((after - before)[2], abs=1e-6)


def test_grey_compression_is_that_of_another_encoder():
    before, after = corrupted(GREY, Augmentation(compression=0.9), (0, 0, 0.7, 0), (0, 0, 0, 0))
    file = io.BytesIO()
    PIL.Image.fromarray(np.rint(before[0, ..., 0] * 255).astype(np.uint8)).save(file, "JPEG", quality=30)
    expected = np.asarray(PIL.Image.open(file), np.float32) / 255
    assert abs(after[0, ..., 0] - expected).mean() < 0.01 < abs(before[0, ..., 0] - expected).mean()
    assert after[1] == pytest.approx(before[1], abs=1e-6)


def test_the_result_stays_in_range():
    _, after = corrupted(GREY, Augmentation(blur=1.0, noise=1.0, compression=0.9), (1, 0.9, 0.8, 1), (0, 1, 0, 2))
    assert after.min() >= -1e-6
    assert after.max() <= 1 + 1e-6
