from dataclasses import replace

import numpy as np
import pytest

from meddx.evaluate.curves import calibration_curve, precision_recall, roc
from meddx.evaluate.decision_curve import decision_curve, risk_coverage
from meddx.evaluate.estimates import proportion
from meddx.evaluate.influence_functions import RankedScores
from meddx.evaluate.operating_point import conformal_quantile
from meddx.evaluate.prediction_sets import prediction_sets
from meddx.evaluate.predictions import Predictions
from meddx.evaluate.subgroups import group_values, subgroup_columns, subgroups


def test_net_benefit_by_hand():
    # Ten cases, four ill. At .2 (odds 1/4) six are called, three of them ill: .3 - .3 x .25; all: .4 - .6 x .25.
    scores = np.array([0.9, 0.8, 0.5, 0.4, 0.3, 0.2, 0.1, 0.1, 0.1, 0.05])
    ill = np.array([1, 1, 0, 1, 0, 0, 0, 1, 0, 0], bool)
    found = decision_curve(RankedScores(scores, ill), thresholds=np.array([0.2, 0.5, 0.95]))
    assert found.model == pytest.approx([0.3 - 0.3 * 0.25, 0.2 - 0.1 * 1.0, 0.0])
    assert found.treat_all == pytest.approx([0.4 - 0.6 * 0.25, 0.4 - 0.6, 0.4 - 0.6 * 19])
    assert (found.n, found.positives) == (10, 4)


def test_net_benefit_has_the_interval_of_a_mean():
    generator = np.random.default_rng(0)
    scores = generator.random(400)
    ill = generator.random(400) < scores
    found = decision_curve(RankedScores(scores, ill), thresholds=np.array([0.3]))
    gain = np.where(ill, 1.0, -0.3 / 0.7) * (scores >= 0.3)
    assert found.model[0] == pytest.approx(gain.mean())
    assert found.high[0] - found.model[0] == pytest.approx(1.966 * gain.std(ddof=1) / 20, rel=1e-3)
    twice = decision_curve(
        RankedScores(np.repeat(scores, 2), np.repeat(ill, 2)), np.repeat(np.arange(400), 2), np.array([0.3])
    )
    assert twice.high[0] - twice.low[0] == pytest.approx(found.high[0] - found.low[0], rel=0.02)


def test_risk_falls_to_those_that_are_surest():
    confidence = np.array([0.9, 0.8, 0.8, 0.6])
    right = np.array([True, False, True, False])
    found = risk_coverage(confidence, right, points=4)
    # Those of .8 come together: 1 of 3 wrong at three quarters; then 2 of 4.
    assert found.coverage.tolist() == [0.25, 0.75, 1.0]
    assert found.risk.tolist() == [0, pytest.approx(1 / 3), 0.5]
    assert found.n.tolist() == [1, 3, 4]
    assert found.area == pytest.approx((0 + 2 * (1 / 3) + 0.5) / 4)


def test_curves_by_hand():
    ranked = RankedScores(np.array([0.9, 0.7, 0.7, 0.1]), np.array([True, True, False, False]))
    curve = roc(ranked)
    assert curve.x.tolist() == [0, 0, 0.5, 1]
    assert curve.y.tolist() == [0, 0.5, 1, 1]
    assert curve.thresholds.tolist() == [np.inf, 0.9, 0.7, 0.1]
    pr = precision_recall(ranked)
    assert pr.x.tolist() == [0.5, 1, 1]
    assert pr.y.tolist() == [1, pytest.approx(2 / 3), 0.5]
    bins = calibration_curve(np.array([0.1, 0.2, 0.8, 0.9]), np.array([False, True, True, True]), bins=2)
    assert bins.observed.tolist() == [0.5, 1.0]
    assert bins.confidence == pytest.approx([0.15, 0.85])


def test_a_thinned_curve_keeps_its_area():
    generator = np.random.default_rng(1)
    positive = generator.random(20_000) < 0.3
    ranked = RankedScores(generator.normal(size=20_000) + positive, positive)
    whole, thin = roc(ranked), roc(ranked, points=300)
    assert len(thin.x) <= 303
    assert np.trapezoid(thin.y, thin.x) == pytest.approx(np.trapezoid(whole.y, whole.x), abs=1e-4)


def exchangeable(seed, n):
    """Three classes, the last one rare, and probabilities that are too sure."""
    generator = np.random.default_rng(seed)
    truth = generator.choice(3, n, p=[0.6, 0.3, 0.1])
    z = 2 * (generator.normal(size=(n, 3)) + 1.2 * np.eye(3)[truth])
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    names = tuple(map(str, range(n)))
    return Predictions(("a", "b", "c"), names, names, np.eye(3, dtype=bool)[truth], z.astype(np.float32), p)


def test_sets_reach_their_coverage_in_every_class_of_exchangeable_cases():
    coverage = []
    for seed in range(20):
        validation, test = exchangeable(seed, 2000), exchangeable(100 + seed, 4000)
        quantiles = [conformal_quantile(validation.probabilities[validation.targets[:, c], c], 0.9) for c in range(3)]
        found = prediction_sets(test, quantiles, 0.9)
        coverage.append([found.coverage[label].value for label in "abc"])
        assert found.sizes.sum() == 4000
        assert found.mean_size == pytest.approx((found.sizes * np.arange(4)).sum() / 4000)
    assert np.mean(coverage, axis=0) == pytest.approx([0.9] * 3, abs=0.02)


def test_a_share_of_related_cases_counts_patients():
    cases = exchangeable(0, 300)
    right = np.repeat(np.arange(100) % 4 != 0, 3)
    related = Predictions(
        cases.labels,
        cases.cases,
        tuple(str(i // 3) for i in range(300)),
        cases.targets,
        cases.logits,
        cases.probabilities,
    )
    everyone = np.ones(300, bool)
    alone, together = proportion(right, everyone, cases), proportion(right, everyone, related)
    assert alone.value == together.value == 0.75
    # Three images of a patient alike: a third of the cases, 1.73 times the width.
    assert (together.high - together.low) / (alone.high - alone.low) == pytest.approx(3**0.5, rel=0.05)


def test_the_worst_group_comes_first_and_small_ones_last():
    generator = np.random.default_rng(0)
    sex = np.array(["F", "M"])[generator.integers(0, 2, 400)]
    sex[:5] = "O"
    noise = np.where(sex == "M", 3.0, 0.5)
    positive = generator.random(400) < 0.5
    p = 1 / (1 + np.exp(-(positive - 0.5 + noise * generator.normal(size=400))))
    names = tuple(map(str, range(400)))
    ages = tuple(None if i == 0 else str(i % 90) for i in range(400))
    attributes = {"sex": tuple(sex.tolist()), "age": ages, "image": names}
    cases = Predictions(("x",), names, names, positive[:, None], np.zeros((400, 1), np.float32), p[:, None], attributes)
    found = subgroups(cases, "sex", (0.5,), False, label="x")
    assert [group.value for group in found.groups] == ["M", "F", "O"]
    assert [group.number.reliable for group in found.groups] == [True, True, False]
    worst = found.groups[0]
    assert worst.difference.value < 0
    assert worst.difference.high < 0
    assert found.p < 1e-4
    assert len(worst.rows) == (sex == "M").sum()
    assert subgroup_columns(cases) == ("sex", "age")
    bands = group_values(cases, "age")
    assert (bands[0], bands[1], bands[3], bands[41], bands[80]) == (
        "not stated",
        "1 to 4",
        "1 to 4",
        "40 to 59",
        "75 and over",
    )


def test_a_share_that_none_of_several_related_cases_has_keeps_an_interval():
    cases = exchangeable(0, 60)
    related = replace(cases, groups=tuple(str(i // 3) for i in range(60)))
    none = proportion(np.zeros(60, bool), np.ones(60, bool), related)
    # Wilson's upper limit of none of twenty patients: 1.96 squared over 20 + 1.96 squared.
    assert (none.value, none.low, none.high) == (0, 0, pytest.approx(1.96**2 / (20 + 1.96**2), abs=1e-4))
