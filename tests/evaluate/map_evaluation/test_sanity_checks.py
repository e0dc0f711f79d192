"""Maps beside those of shuffled networks."""

import numpy as np

from meddx.evaluate.map_evaluation.sanity_checks import likeness
from meddx.types import Placement

WHOLE = Placement(0, 0, 1, 1)
DRAWN = np.random.default_rng(0).random((32, 32), np.float32)
NOTHING = np.zeros((32, 32), np.float32)


def test_an_empty_map_of_a_shuffled_network_is_counted_and_not_called_unlike():
    assert likeness(DRAWN, [NOTHING, NOTHING], WHOLE) == (None, 1.0)
    alike, blank = likeness(DRAWN, [NOTHING, 2 * DRAWN], WHOLE)
    assert alike > 0.999
    assert blank == 0.5


def test_the_most_like_map_counts():
    alike, blank = likeness(DRAWN, [DRAWN.max() - DRAWN, DRAWN], WHOLE)
    assert alike > 0.999
    assert blank == 0


def test_a_map_that_shows_nothing_is_like_none():
    assert likeness(NOTHING, [DRAWN], WHOLE) == (None, 0.0)
