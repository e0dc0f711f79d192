import numpy as np
import pytest

from meddx.evaluate.corruptions import CORRUPTIONS, blur, brightness, contrast, jpeg, noise


def image(channels=1):
    """Levels of an 8-bit image: a slope with a disc on it."""
    rows, columns = np.mgrid[0:48, 0:40]
    levels = 40 + 3 * columns + 60 * ((rows - 24) ** 2 + (columns - 20) ** 2 < 100)
    tinted = levels[..., None] * np.array([1.0, 0.8, 0.6])[:channels]
    return (np.rint(tinted) / 255).astype(np.float32)


def generator():
    return np.random.default_rng(3)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=lambda one: one.name)
def test_every_corruption_gives_another_image_further_away_at_every_strength(corruption, channels):
    original = image(channels)
    kept = original.copy()
    distances = []
    assert len(corruption.amounts) == 5
    for amount in corruption.amounts:
        result = corruption.apply(original, amount, generator())
        assert (result.shape, result.dtype) == (original.shape, np.float32)
        assert result.min() >= 0
        assert result.max() <= 1
        assert np.array_equal(result, corruption.apply(original, amount, generator()))
        distances.append(float(np.square(result - original).mean()))
    assert np.array_equal(original, kept)
    assert distances[0] > 0
    assert distances == sorted(distances)


def test_blur_spreads_a_point_over_its_standard_deviation_and_not_over_colours():
    point = np.zeros((41, 41, 3), np.float32)
    point[20, 20, 1] = 1
    spread = blur(point, 2.0, generator())
    across = spread[..., 1].sum(axis=0)
    assert np.sqrt((across * (np.arange(41) - 20) ** 2).sum()) == pytest.approx(2.0, rel=0.01)
    assert not spread[..., [0, 2]].any()


def test_noise_has_its_standard_deviation():
    grey = np.full((200, 200, 1), 0.5, np.float32)
    assert float(noise(grey, 0.04, generator()).std()) == pytest.approx(0.04, rel=0.02)


def test_contrast_about_the_mean_and_brightness_up_to_white():
    two = np.array([[[0.2], [0.8]]], np.float32)
    assert contrast(two, 0.5, generator()).ravel() == pytest.approx([0.35, 0.65])
    assert brightness(two, 0.3, generator()).ravel() == pytest.approx([0.5, 1.0])


def test_jpeg_at_full_quality_changes_levels_by_rounding_only():
    assert float(np.abs(jpeg(image(), 100, generator()) - image()).max()) <= 2.5 / 255
