"""Means over maps and their intervals."""

import numpy as np
import pytest

from meddx.evaluate.intervals import wilson
from meddx.evaluate.map_evaluation.patient_means import mean_over_maps


def test_of_unrelated_hits_and_misses_it_is_about_wilsons():
    hits = np.repeat([1.0, 0.0], [80, 20])
    found, expected = mean_over_maps(hits, [str(image) for image in range(100)]), wilson(80, 100)
    assert found.value == 0.8
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=0.004)


def test_maps_of_one_patient_that_agree_count_once():
    hits = np.repeat([1.0, 0.0], [80, 20])
    patients = [str(image // 5) for image in range(100)]
    found, expected = mean_over_maps(hits, patients), wilson(16, 20)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=0.03)
    assert found.method == "Wilson score over 20 patients"


def test_patients_who_differ_within_do_not_narrow_it():
    hits = np.tile([1.0, 0.0], 50)
    pairs = [str(image // 2) for image in range(100)]
    alone = mean_over_maps(hits, [str(image) for image in range(100)])
    paired = mean_over_maps(hits, pairs)
    assert paired.high - paired.low >= 0.95 * (alone.high - alone.low)


def test_a_mean_of_much_alike_values_has_a_narrow_interval():
    values = 0.5 + 0.01 * np.random.default_rng(0).standard_normal(100)
    found = mean_over_maps(values, [str(image) for image in range(100)])
    assert found.low == pytest.approx(found.value - 1.98 * 0.001, abs=5e-4)


def test_all_hits_leave_room_below_by_the_number_of_patients():
    found = mean_over_maps(np.ones(20), [str(image // 2) for image in range(20)])
    assert (found.value, found.high) == pytest.approx((1, 1))
    assert found.low == pytest.approx(wilson(10, 10).low)


def test_gains_may_lie_below_zero():
    gains = np.tile([-0.2, 0.2], 30)
    found = mean_over_maps(gains, [str(image) for image in range(60)], low=-1)
    assert found.value == pytest.approx(0)
    assert -0.06 < found.low < 0 < found.high < 0.06


def test_one_patient_says_little():
    found = mean_over_maps(np.array([0.5, 0.6]), ["a", "a"])
    assert found.high - found.low > 0.8


def test_the_interval_holds_what_it_promises_where_patients_repeat():
    random = np.random.default_rng(1)
    held = 0
    for _ in range(400):
        chance = random.beta(8, 2, 40)  # of each patient, 0.8 on average
        hits = (random.random((40, 5)) < chance[:, np.newaxis]).astype(float).ravel()
        found = mean_over_maps(hits, np.repeat(np.arange(40), 5).astype(str))
        held += found.low <= 0.8 <= found.high
    assert 0.93 <= held / 400 <= 0.98
