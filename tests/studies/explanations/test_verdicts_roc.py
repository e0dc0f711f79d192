"""The section on verdicts: its picture is drawn from the numbers of its tables."""

import re
from itertools import pairwise

import numpy as np
import pytest

from meddx.explain.methods import METHODS
from studies.explanations import verdict_cases
from studies.explanations.verdict_cases import RANDOM_NETWORK, TRAINED
from studies.explanations.verdicts import ALL, STEPS, limits, rocs, table, trade
from studies.explanations.verdicts_roc import at, svg
from tests.explain.map_check.test_verdicts import agreeing, numbers

ONE, OTHER = "grad-cam", "layer-cam"


def case(kind, method, value, found=True):
    """A map with nothing against it but what hiding areas does."""
    fine = numbers(areas=agreeing(value), noisy=((0.0, 1.0),), cascade=(0.0,) * 4, labels={1: 0.0})
    return verdict_cases.Tested(kind, method, 0, 0, fine, found, inside=1.0, enriched=9.0, hit=True)


@pytest.fixture(scope="module")
def cases():
    random = np.random.default_rng(0)
    made = [case(TRAINED, method, value) for method in (ONE, OTHER) for value in random.uniform(0, 1, 30)]
    made += [case(RANDOM_NETWORK, method, value) for method in (ONE, OTHER) for value in random.uniform(-0.3, 0.4, 25)]
    return [*made, case(TRAINED, ONE, -0.9, found=False)]


def drawn(picture, name):
    """Points of a curve in the picture."""
    [points] = re.findall(rf'<polyline data-of="{re.escape(name)}"[^>]* points="([^"]*)"', picture)
    return np.array([[float(one) for one in point.split(",")] for point in points.split()])


def test_every_row_of_the_trade_is_a_point_of_the_curve_for_all_methods(cases):
    points = drawn(svg(rocs(cases)), ALL)
    rows = [re.findall(r"(\d\.\d{3}) \[", row) for row in trade(rocs(cases))[2:]]
    assert len(rows) == len(STEPS)
    for refused, kept in rows:
        place = at(np.array([1 - float(refused), float(kept)]))
        assert np.abs(points - place).max(axis=1).min() < 1, (refused, kept)


def test_the_ring_of_each_method_lies_where_the_table_has_it(cases):
    picture, rows = svg(rocs(cases)), table(cases)
    for method in (ONE, OTHER):
        [random] = [row for row in rows if row.startswith(f"| {RANDOM_NETWORK} {method} ")]
        [trained] = [row for row in rows if row.startswith(f"| {TRAINED} {method} ")]
        refused = [float(re.findall(r"(\d\.\d{3}) \[", row)[2]) for row in (random, trained)]
        x, y = at(1 - np.array(refused))
        after = picture.split(f'data-of="{METHODS[method].title}"')[1]
        ring = re.search(r'<circle cx="([\d.]+)" cy="([\d.]+)"', after)
        assert [float(one) for one in ring.groups()] == pytest.approx([x, y], abs=1)


def test_the_area_is_that_under_the_points_and_every_curve_ends_in_the_corners(cases):
    for one in rocs(cases).values():
        points = one.points()
        assert points[0].tolist() == [0, 0]
        assert points[-1].tolist() == [1, 1]
        under = sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(points))
        assert one.area() == pytest.approx(under)


def test_maps_of_lesions_that_were_not_found_are_left_out(cases):
    found = rocs(cases)[ALL]
    assert (len(found.trained), len(found.random)) == (60, 50)
    assert found.trained.min() >= -limits()["faithful"].bad_below - 0.01
