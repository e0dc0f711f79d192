"""Whether two maps mark the same place."""

import numpy as np
import pytest

from meddx.evaluate.paired.map_agreement import map_agreement
from meddx.types import Placement, Prediction

WHOLE = Placement(0, 0, 1, 1)


def said(heatmap, placement=WHOLE, scale=1.0):
    maps = {"ill": np.asarray(heatmap, np.float32)}
    return Prediction("m", "1", {"ill": 0.0}, {"ill": 0.5}, (), (), maps, scale, placement), "ill"


SLOPE = np.tile(np.arange(1, 33, dtype=float), (32, 1)) + np.arange(32)[:, None] / 100


def test_the_same_order_in_other_units_is_full_agreement():
    found = map_agreement(said(SLOPE), said(100 * SLOPE**2), 0.2)
    assert (found.rank, found.overlap) == (pytest.approx(1), 1)


def test_a_map_turned_about_is_the_opposite():
    found = map_agreement(said(SLOPE), said(SLOPE[::-1, ::-1]), 0.2)
    assert (found.rank, found.overlap) == (pytest.approx(-1), 0)


def test_maps_are_laid_on_the_image_by_their_placements():
    padded = np.zeros((64, 64))
    padded[16:48, 16:48] = SLOPE
    found = map_agreement(said(SLOPE), said(padded, Placement(0.25, 0.25, 0.75, 0.75)), 0.2)
    assert (found.rank, found.overlap) == (pytest.approx(1), 1)


def test_a_map_without_evidence_agrees_with_nothing():
    assert map_agreement(said(SLOPE), said(SLOPE, scale=1000), 0.2) is None
    assert map_agreement(said(np.ones((8, 8))), said(SLOPE), 0.2) is None
