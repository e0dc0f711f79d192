import re
from dataclasses import replace

import numpy as np
import pytest

from meddx.evaluate.assessment import assess
from meddx.export.evaluation_charts import label_charts
from tests.export.conftest import P, evaluation, predictions


def test_a_label_has_scores_roc_precision_recall_and_calibration():
    titles = [chart.split("<title>")[1].split("</title>")[0] for chart in label_charts(evaluation(), "ILL")]
    assert titles == [
        "Scores of Ill &amp; more",
        "ROC curve of Ill &amp; more; the dot is the threshold",
        "Precision-recall curve of Ill &amp; more; the dot is the threshold",
        "Calibration of Ill &amp; more: bins of equally many cases, and a smooth curve with its interval",
        "Decision curve of Ill &amp; more: net benefit of treating whom the model selects",
    ]


def test_the_dots_are_at_the_threshold():
    # At 0.5 two of three ill and two of three well are right: specificity, recall and precision are all 2/3.
    _, roc, precision_recall, *_ = label_charts(evaluation(), "ILL")
    assert '<circle cx="178.0" cy="114.0"' in roc
    assert '<circle cx="298.0" cy="114.0"' in precision_recall


def test_scores_are_counted_by_group_beside_the_threshold():
    scores = label_charts(evaluation(), "ILL")[0]
    assert ">positive (n 3)<" in scores
    assert ">negative (n 3)<" in scores
    assert "M238.0 282.0L238.0 30.0" in scores  # the threshold of 0.5 is in the middle


def test_a_label_without_positive_cases_has_no_curves_of_both_kinds():
    none = predictions(targets=np.array([[0, 1]] * 6, bool))
    charts = label_charts(evaluation(predictions=none, assessment=assess(none, (0.5, 0.5), True)), "ILL")
    assert ["Scores" in charts[0], "Calibration" in charts[1], "Decision" in charts[2], len(charts)] == [True] * 3 + [3]


def test_the_smooth_curve_is_drawn_where_there_is_one(calibrated):
    with_curve = label_charts(calibrated(), "ILL")[3]
    assert with_curve.count('stroke="#D55E00"') == 3  # the curve and both limits
    assert ">smooth curve<" in with_curve
    separated = label_charts(evaluation(predictions=predictions(targets=P > 0.5)), "ILL")[3]
    assert "#D55E00" not in separated
    assert len(label_charts(calibrated(are_probabilities=False), "ILL")) == 3


def test_the_decision_curve_has_those_of_treating_all_and_none(calibrated):
    decision = label_charts(calibrated(), "ILL")[-1]
    assert all(f">{name}<" in decision for name in ("model", "treat all", "treat none"))


def test_scores_that_are_no_probabilities_are_drawn_over_their_own_range(calibrated):
    of = calibrated(are_probabilities=False)
    wide = replace(of, predictions=replace(of.predictions, probabilities=of.predictions.probabilities * 60 - 10))
    scores = label_charts(wide, "ILL")[0]
    shown = [float(text) for text in re.findall(r">(-?[0-9.]+)</text>", scores)]
    assert (min(shown), max(shown)) == (pytest.approx(-7, abs=0.5), pytest.approx(47, abs=0.5))
    turned = replace(wide, reversed_from=0.0)
    shown = [float(text) for text in re.findall(r">(-?[0-9.]+)</text>", label_charts(turned, "ILL")[0])]
    assert min(shown) == pytest.approx(-47, abs=0.5)
