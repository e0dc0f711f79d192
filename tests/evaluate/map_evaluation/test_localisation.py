"""Maps against marks, worked out by hand."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from meddx.evaluate.map_evaluation.localisation import THRESHOLD_SHARES, localise

MARKS = np.zeros((4, 4), bool)
MARKS[1:3, 1:3] = True


def evidence(**at):
    """4 x 4 zeros but for the places named r{row}c{column}."""
    found = np.zeros((4, 4), np.float32)
    for place, value in at.items():
        found[int(place[1]), int(place[3])] = value
    return found


def test_a_highest_place_inside_the_marks_hits():
    assert localise(evidence(r1c2=3, r0c0=2), MARKS).pointing == 1


def test_a_highest_place_outside_misses_however_much_lies_inside():
    found = localise(evidence(r0c0=3, r1c1=2, r1c2=2, r2c1=2), MARKS)
    assert found.pointing == 0
    assert found.inside == pytest.approx(6 / 9)


def test_of_equal_highest_places_the_share_inside_counts():
    assert localise(evidence(r0c0=1, r1c1=1, r2c2=1, r3c3=1), MARKS).pointing == 0.5


def test_a_map_without_evidence_scores_what_chance_would():
    found = localise(np.zeros((4, 4), np.float32), MARKS)
    assert (found.pointing, found.inside, found.precision) == (0.25, 0, 0.25)
    assert not found.overlap.any()


def test_evidence_against_the_label_is_no_evidence_but_orders_places():
    found = localise(evidence(r1c1=1, r0c0=-5), MARKS)
    assert found.inside == 1
    assert found.precision > localise(evidence(r1c1=1), MARKS).precision


def test_the_tolerance_is_fifteen_pixels_of_a_slice_of_512():
    marks = np.zeros((512, 512), bool)
    marks[100:120, 100:120] = True
    at = np.zeros((512, 512), np.float32)
    at[110, 134] = 1  # 15 from the last marked column, 119
    assert (localise(at, marks).pointing, localise(at, marks).near) == (0, 1)
    assert localise(np.roll(at, 1, axis=1), marks).near == 0


def test_overlap_is_intersection_over_union_at_each_share_of_the_highest_value():
    found = localise(evidence(r1c1=10, r1c2=5, r0c0=2), MARKS).overlap
    by_share = dict(zip(THRESHOLD_SHARES, found, strict=True))
    assert by_share[0.2] == pytest.approx(2 / 5)  # the outer place drawn too
    assert by_share[0.25] == pytest.approx(2 / 4)
    assert by_share[0.55] == pytest.approx(1 / 4)


def test_a_mark_drawn_exactly_scores_one_in_everything():
    found = localise(MARKS.astype(np.float32), MARKS)
    assert (found.pointing, found.near, found.inside, found.precision) == (1, 1, 1, 1)
    assert (found.overlap == 1).all()


def test_precision_is_that_of_scikit_learn():
    random = np.random.default_rng(0)
    map_, marks = random.integers(0, 9, (16, 16)), random.random((16, 16)) < 0.2
    expected = average_precision_score(marks.ravel(), map_.ravel())
    assert localise(map_.astype(np.float32), marks).precision == pytest.approx(expected)
