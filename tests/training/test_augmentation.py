import numpy as np
import pytest
import tensorflow as tf

from meddx.model.card import Input
from meddx.training.augmentation import apply, draw_exposures, draw_transforms
from meddx.training.recipe import Augmentation

SPEC = Input(height=9, width=9, channels=1, low=-1.0, high=1.0, resize="pad")
STILL = np.array([[1.0, 0.0]], np.float32)


class FixedTurn:
    """A generator that draws the greatest amount of everything."""

    def uniform(self, low, high, n):
        return np.full(n, high)

    def random(self, n):
        return np.ones(n)


def one_bright_pixel(row, column):
    image = np.full((1, 9, 9, 1), -1.0, np.float32)
    image[0, row, column, 0] = 1.0
    return image


def moved(image, amount, seed=0, exposure=STILL):
    transforms = draw_transforms(np.random.default_rng(seed), 1, amount, 9, 9)
    return apply(tf.constant(image), tf.constant(transforms), tf.constant(exposure), SPEC).numpy(), transforms


def test_nothing_asked_for_changes_nothing():
    image = np.random.default_rng(0).uniform(-1, 1, (1, 9, 9, 1)).astype(np.float32)
    assert moved(image, Augmentation())[0] == pytest.approx(image, abs=1e-6)


def test_a_quarter_turn_is_about_the_centre():
    # cos = 0, sin = 1 written out: output (row, column) reads input (column, 8 - row).
    turn = np.array([[0, -1, 8, 1, 0, 0, 0, 0]], np.float32)
    image = one_bright_pixel(2, 7)
    turned = apply(tf.constant(image), tf.constant(turn), tf.constant(STILL), SPEC).numpy()
    assert turned[0, 1, 2, 0] == 1.0
    drawn = draw_transforms(FixedTurn(), 1, Augmentation(rotation=90), 9, 9)
    assert drawn == pytest.approx(turn, abs=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_the_centre_of_the_image_stays_when_it_turns_and_scales(seed):
    changed, _ = moved(one_bright_pixel(4, 4), Augmentation(rotation=45, scale=0.2), seed)
    assert np.unravel_index(changed.argmax(), changed.shape)[1:3] == (4, 4)
    assert changed.max() == pytest.approx(1.0)


def test_what_moves_in_is_black():
    shift = np.array([[1, 0, 3, 0, 1, 0, 0, 0]], np.float32)
    white = np.ones((1, 9, 9, 1), np.float32)
    changed = apply(tf.constant(white), tf.constant(shift), tf.constant(STILL), SPEC).numpy()
    assert (changed[0, :, 6:] == -1.0).all()
    assert (changed[0, :, :6] == 1.0).all()


def test_mirroring_swaps_sides_half_of_the_time():
    firsts = [moved(one_bright_pixel(4, 1), Augmentation(mirror=True), seed)[0].argmax() % 9 for seed in range(60)]
    assert set(firsts) == {1, 7}
    assert 15 < firsts.count(7) < 45


def test_contrast_keeps_the_mean_and_the_range_holds():
    image = np.tile(np.array([-0.2, 0.0, 0.2], np.float32), 27).reshape(1, 9, 9, 1)
    twice = moved(image, Augmentation(), exposure=np.array([[2.0, 0.0]], np.float32))[0]
    assert np.unique(twice.round(5)).tolist() == pytest.approx([-0.4, 0.0, 0.4])
    clipped = moved(image, Augmentation(), exposure=np.array([[20.0, 0.5]], np.float32))[0]
    assert (clipped.min(), clipped.max()) == (-1.0, 1.0)


def test_draws_lie_within_the_amounts_and_fill_them():
    amount = Augmentation(shift=0.1, contrast=0.3, brightness=0.05)
    generator = np.random.default_rng(0)
    transforms = draw_transforms(generator, 5000, amount, 200, 100)
    exposures = draw_exposures(generator, 5000, amount, SPEC)
    for values, bound in (
        (transforms[:, 2], 10),
        (transforms[:, 5], 20),
        (exposures[:, 0] - 1, 0.3),
        (exposures[:, 1], 0.1),
    ):
        assert abs(values).max() <= bound + 1e-5
        assert abs(values).max() > 0.99 * bound
        assert abs(values.mean()) < 0.03 * bound


def test_flips_and_quarter_turns_give_the_eight_ways_a_square_can_lie():
    image = np.random.default_rng(0).uniform(-1, 1, (1, 9, 9, 1)).astype(np.float32)
    ways = [np.rot90(side, turns) for side in (image[0, ..., 0], image[0, ::-1, :, 0]) for turns in range(4)]
    seen = set()
    for seed in range(60):
        changed, _ = moved(image, Augmentation(mirror=True, flip=True, quarter_turns=True), seed)
        near = [index for index, way in enumerate(ways) if np.allclose(changed[0, ..., 0], way, atol=1e-4)]
        assert len(near) == 1
        seen.update(near)
    assert seen == set(range(8))


def test_a_flip_swaps_top_and_bottom_only():
    image = one_bright_pixel(1, 2)
    places = {
        np.unravel_index(moved(image, Augmentation(flip=True), seed)[0].argmax(), image.shape) for seed in range(20)
    }
    assert places == {(0, 1, 2, 0), (0, 7, 2, 0)}
