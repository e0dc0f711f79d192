"""Clopper and Pearson's interval against a published table."""

import math

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from meddx.evaluate.assessment import assess
from meddx.evaluate.exact_interval import PROPORTION_INTERVALS, clopper_pearson
from meddx.evaluate.prediction_sets import prediction_sets
from meddx.evaluate.predictions import Predictions


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (0, 20, 0.0, 0.1684), (1, 29, 0.0009, 0.1776)],
)
def test_the_four_examples_of_newcombe_1998(successes, n, low, high):
    # Newcombe 1998 (Stat Med 17:857), table I, method 5.
    found = clopper_pearson(successes, n)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)
    mirrored = clopper_pearson(n - successes, n)
    assert (mirrored.low, mirrored.high) == pytest.approx((1 - found.high, 1 - found.low))


def test_it_holds_at_least_95_percent_of_the_time_and_wilson_need_not():
    for true in (0.02, 0.1, 0.37, 0.5, 0.93):
        held = dict.fromkeys(PROPORTION_INTERVALS, 0.0)
        for k in range(41):
            for name, interval in PROPORTION_INTERVALS.items():
                found = interval(k, 40, math.inf)
                held[name] += float(binom.pmf(k, 40, true)) * (found.low <= true <= found.high)
        assert held["clopper-pearson"] >= 0.95
        assert held["wilson"] > 0.9


def scores(patients):
    generator = np.random.default_rng(0)
    n = len(patients)
    true = generator.random(n) < 0.4
    p = np.clip(generator.normal(0.4, 0.2, n) + 0.3 * true, 0.01, 0.99)
    groups = tuple(map(str, patients))
    return Predictions(
        ("ILL",), tuple(map(str, range(n))), groups, true[:, None], np.zeros((n, 1), np.float32), p[:, None]
    )


def test_it_replaces_wilson_in_every_share_when_asked_for():
    cases = scores(range(120))
    exact, usual = (assess(cases, (0.5,), False, proportions=name) for name in ("clopper-pearson", "wilson"))
    counts = exact.cells["ILL"]
    for name, of in {
        "recall": (0, slice(None)),
        "specificity": (1, slice(None)),
        "precision": (slice(None), 0),
    }.items():
        cells = counts[of]
        hits = cells[1] if name == "specificity" else cells[0]
        found = exact.per_label["ILL"][name]
        scipy = binomtest(int(hits), int(cells.sum())).proportion_ci(method="exact")
        assert (found.low, found.high) == pytest.approx((scipy.low, scipy.high))
        assert found.method == "Clopper-Pearson"
        assert usual.per_label["ILL"][name].method == "Wilson score"
    assert exact.per_label["ILL"]["auroc"] == usual.per_label["ILL"]["auroc"]
    sets = prediction_sets(cases, (0.7,), proportions="clopper-pearson")
    assert {one.method for one in (*sets.coverage.values(), sets.singly, sets.right)} == {"Clopper-Pearson"}


def test_related_images_are_the_effective_number_and_few_patients_make_it_wider():
    one = assess(scores(np.repeat(np.arange(30), 4)), (0.5,), False, proportions="clopper-pearson")
    found = one.per_label["ILL"]["recall"]
    assert found.method.startswith("Clopper-Pearson over ")
    wide, narrow = clopper_pearson(18, 30, 8.0), clopper_pearson(18, 30)
    assert wide.value == narrow.value == 0.6
    assert wide.low < narrow.low < narrow.high < wide.high
