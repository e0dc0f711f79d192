"""The permutation test of groups against exact distributions, and where intervals see nothing."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import hypergeom, norm

from meddx.evaluate import metric_registry
from meddx.evaluate.assessment import assess
from meddx.evaluate.grouped_metrics import grouped_auroc, grouped_mean, grouped_metric
from meddx.evaluate.heterogeneity import heterogeneity
from meddx.evaluate.paired.holm import holm_adjusted
from meddx.evaluate.predictions import Predictions
from meddx.evaluate.subgroups import adjusted, subgroups
from tests.evaluate.test_assessment import predictions


@pytest.mark.parametrize("exclusive", [True, False])
def test_metrics_of_groups_are_those_of_an_assessment_of_each(exclusive):
    cases = predictions(seed=4, n=240, exclusive=exclusive)
    groups = np.random.default_rng(0).integers(0, 3, (2, 240))
    thresholds = (0.3, 0.4, 0.5)
    for row in range(2):
        for at in range(3):
            found = assess(cases.subset(np.flatnonzero(groups[row] == at)), thresholds, exclusive)
            for label in (None, "b"):
                numbers = found.overall if label is None else found.per_label[label]
                for name, number in numbers.items():
                    if name not in metric_registry.in_groups():
                        continue
                    values = grouped_metric(cases, thresholds, exclusive, name, label)(groups, 3)
                    assert values[row, at] == pytest.approx(number.value, abs=1e-12), (name, label)


def test_a_group_without_one_of_both_kinds_has_no_area():
    found = grouped_auroc(np.arange(4) / 4, np.array([True, True, False, True]))(np.array([[0, 0, 1, 1]]), 2)
    assert math.isnan(found[0, 0])
    assert found[0, 1] == 1.0


@pytest.mark.parametrize(("right", "of"), [((59, 50), (60, 60)), ((20, 33), (20, 40)), ((30, 58), (40, 80))])
def test_two_proportions_as_by_fishers_exact_distribution(right, of):
    correct = np.concatenate([np.arange(n) < k for k, n in zip(right, of, strict=True)])
    groups = np.repeat([0, 1], of)
    found = heterogeneity(grouped_mean(correct.astype(float)), groups, np.arange(len(groups)))
    law = hypergeom(sum(of), sum(right), of[0])
    counts = np.arange(of[0] + 1)
    distance = np.abs(counts - law.mean())
    seen = abs(right[0] - law.mean())
    exact = law.pmf(counts)[distance > seen + 1e-9].sum() + law.pmf(counts)[np.isclose(distance, seen)].sum() / 2
    assert found.p == pytest.approx(exact, abs=4 * (exact / 999) ** 0.5 + 0.002)
    assert found.of_group == pytest.approx([found.p] * 2)


def test_images_of_a_patient_change_groups_together():
    # Five images of a patient that are all right or all wrong tell no more than one.
    right, groups = np.arange(40) % 4 > 0, np.arange(40) % 8 // 4
    right[:6] = False
    once = heterogeneity(grouped_mean(right.astype(float)), groups, np.arange(40)).p
    said, of = np.repeat(right, 5).astype(float), np.repeat(groups, 5)
    assert heterogeneity(grouped_mean(said), of, np.repeat(np.arange(40), 5)).p == pytest.approx(once, abs=0.06)
    assert heterogeneity(grouped_mean(said), of, np.arange(200)).p < once / 2


def two_sites(areas, seed, n=150):
    """A third ill at each; `areas` of them."""
    generator = np.random.default_rng(seed)
    site = np.repeat(np.arange(len(areas)), n)
    ill = np.tile(np.arange(n) % 3 == 0, len(areas))
    apart = np.array([2**0.5 * norm.ppf(one) for one in areas])[site]
    p = 1 / (1 + np.exp(-(generator.normal(size=len(site)) + apart * ill - apart / 2)))
    names = tuple(map(str, range(len(site))))
    attributes = {"site": tuple(f"site {at}" for at in site), "sex": tuple("FM"[at % 2] for at in range(len(site)))}
    return Predictions(("x",), names, names, ill[:, None], np.zeros((len(site), 1), np.float32), p[:, None], attributes)


def test_a_worse_site_is_seen_also_near_one_and_equal_ones_are_not():
    p = [subgroups(two_sites((0.999, 0.999, 0.96), seed), "site", (0.5,), False, label="x").p for seed in range(5)]
    assert sum(one < 0.05 for one in p) >= 4
    p = [subgroups(two_sites((0.99, 0.99), seed), "site", (0.5,), False, label="x").p for seed in range(12)]
    assert sum(one < 0.05 for one in p) <= 3
    assert max(p) > 0.5


def test_groups_and_questions_are_corrected_for_their_number():
    cases = two_sites((0.95, 0.9, 0.8, 0.9), 0)
    found = [
        subgroups(cases, column, (0.5,), False, metric=metric, label="x")
        for column in ("site", "sex")
        for metric in ("auroc", "recall", "brier")
    ]
    for one in found:
        assert [group.p_adjusted for group in one.groups] == holm_adjusted([group.p for group in one.groups])
        assert math.isnan(one.p_adjusted)
    corrected = adjusted(found)
    assert [one.p_adjusted for one in corrected] == holm_adjusted([one.p for one in found])
    assert corrected[0].groups == found[0].groups


def test_groups_too_small_to_rely_on_are_not_tested():
    cases = two_sites((0.9, 0.9), 1)
    sites = ("a",) * 285 + ("b",) * 15
    found = subgroups(replace(cases, attributes={"site": sites}), "site", (0.5,), False, label="x")
    assert math.isnan(found.p)
    assert all(math.isnan(group.p) for group in found.groups)
