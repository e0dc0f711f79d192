"""Details of a label, and their JSON."""

import json

import numpy as np
import pytest
from scipy.special import expit

from meddx.errors import Refused
from meddx.evaluate import label_details
from meddx.evaluate.details_json import details_json
from meddx.evaluate.predictions import Predictions


def cases(n=150, one_sided=False, are_probabilities=True):
    generator = np.random.default_rng(0)
    p = expit(generator.normal(size=n))
    true = np.ones(n, bool) if one_sided else generator.random(n) < p
    names = tuple(map(str, range(n)))
    return Predictions(
        ("ILL",), names, names, true[:, None], np.zeros((n, 1), np.float32), p[:, None],
        are_probabilities=are_probabilities,
    )  # fmt: skip


def test_everything_is_measured_and_written():
    of = label_details.label_details(cases(), "ILL", specificity=0.8)
    written = json.loads(json.dumps(details_json(of), allow_nan=False))
    assert written["sensitivity_at_specificity"]["asked_specificity"] == 0.8
    assert written["specificity_at_sensitivity"]["asked_sensitivity"] == label_details.KEPT_SHARE
    assert written["calibration"].keys() >= label_details.INDICES.keys()
    assert written["calibration"]["ici"]["value"] == of.smooth.ici.value
    assert written["calibration"]["predicted"] == sorted(written["calibration"]["predicted"])
    assert len(written["decision_curve"]["net_benefit"]) == len(of.decision.thresholds)


def test_what_is_not_defined_is_null():
    one_kind = details_json(label_details.label_details(cases(one_sided=True), "ILL"))
    assert one_kind["sensitivity_at_specificity"] is None
    assert one_kind["calibration"] is None
    ratings = label_details.label_details(cases(are_probabilities=False), "ILL")
    assert (ratings.bins, ratings.smooth, ratings.decision) == (None, None, None)
    assert details_json(ratings)["decision_curve"] is None
    assert ratings.at_specificity is not None


def test_thresholds_of_reversed_scores_are_turned_back():
    of = label_details.label_details(cases(), "ILL")
    turned = details_json(of, 1.0)["sensitivity_at_specificity"]
    assert turned["threshold"] == pytest.approx(1 - of.at_specificity.threshold)


def test_a_share_outside_0_to_1_is_refused():
    with pytest.raises(Refused):
        label_details.operating_points(cases(), "ILL", 0, 0.9)


def test_very_many_cases_are_resampled_less_often():
    assert label_details._resamples(500, 1_000) == 500
    assert label_details._resamples(500, 40_000) == 250
    assert label_details._resamples(500, 10_000_000) == 100
