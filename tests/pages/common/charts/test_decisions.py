"""Decision curve, risk-coverage and prediction sets as figures, against numbers counted by hand."""

import json

import numpy as np
import pytest

from meddx.evaluate.decision_curve import decision_curve, risk_coverage
from meddx.evaluate.influence_functions import RankedScores
from meddx.evaluate.prediction_sets import prediction_sets
from meddx.evaluate.predictions import Predictions
from meddx.formatting import SPACE
from pages.ui.common.charts import decision_chart, prediction_set_charts
from pages.ui.common.charts import risk_coverage_chart as passing

SCORES = np.array([0.9, 0.8, 0.7, 0.6, 0.4, 0.2])
TRUE = np.array([True, True, False, True, False, False])


def named(traces):
    return {trace["name"]: trace for trace in traces}


def test_net_benefit_is_hits_less_false_alarms_at_the_odds_of_the_risk():
    curve = decision_curve(RankedScores(SCORES, TRUE))
    figure = decision_chart.decision_figure({"model": curve}, tick=0.4)
    json.dumps(figure, allow_nan=False)
    drawn = named(figure["data"])
    at = drawn["model"]["x"].index(0.5)
    # At .5 four are called: three hits and one false alarm of six, at odds of 1.
    assert drawn["model"]["y"][at] == pytest.approx(3 / 6 - 1 / 6)
    assert drawn["treat all"]["y"][at] == pytest.approx(3 / 6 - 3 / 6)
    assert drawn["treat none"]["y"] == [0, 0]
    assert figure["layout"]["shapes"][0]["x0"] == 0.4
    row = {row["Act at a risk of"]: row for row in decision_chart.decision_rows({"model": curve})}[f"50{SPACE}%"]
    assert (row["Net benefit"], row["On everybody"]) == ("0.333", "0.000")


def test_several_decision_curves_have_no_bands_over_one_another():
    curve = decision_curve(RankedScores(SCORES, TRUE))
    one, two = (
        decision_chart.decision_figure({"model": curve}),
        decision_chart.decision_figure({"a": curve, "b": curve}),
    )
    assert sum("fill" in trace for trace in one["data"]) == 1
    assert sum("fill" in trace for trace in two["data"]) == 0


def test_referring_the_least_confident_cases_lowers_the_error_rate():
    confidence, right = np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, True, False, True])
    curve = risk_coverage(confidence, right)
    drawn = named(risk_coverage_chart.risk_coverage_figure({"model": curve})["data"])["model"]
    assert drawn["x"] == pytest.approx([0.25, 0.5, 0.75, 1])
    assert drawn["y"] == pytest.approx([0, 0, 1 / 3, 1 / 4])
    rows = passing.risk_coverage_rows({"model": curve})
    assert (rows[0]["Answers"], rows[0]["Wrong"], rows[0]["n"]) == (f"100.0{SPACE}%", f"25.0{SPACE}%", "4")
    of_half = (rows[4]["Answers"], rows[4]["Wrong"], rows[4]["When at least so sure"])
    assert of_half == (f"50.0{SPACE}%", f"0.0{SPACE}%", "0.800")
    assert drawn["hovertext"][2] == f"answers 75{SPACE}%, passes the rest on<br>33.3{SPACE}% of its answers are wrong"


def test_sets_are_counted_by_class_and_by_size():
    p = np.array([[0.95, 0.05], [0.6, 0.4], [0.3, 0.7], [0.45, 0.55]])
    true = np.array([[1, 0], [0, 1], [0, 1], [1, 0]], bool)
    names = tuple("abcd")
    of = Predictions(("ILL", "WELL"), names, names, true, np.log(p).astype(np.float32), p)
    # A label stays at p >= .5 (ILL) and p >= .4 (WELL): sets {ILL}, {ILL, WELL}, {WELL}, {WELL}.
    found = {"model": prediction_sets(of, (0.5, 0.6), 0.9)}
    titles = {"ILL": "Ill", "WELL": "Well"}
    figure = prediction_set_charts.coverage_figure(found, titles)
    json.dumps(figure, allow_nan=False)
    assert dict(zip(figure["data"][0]["y"], figure["data"][0]["x"], strict=True)) == {"Ill": 0.5, "Well": 1.0}
    assert figure["layout"]["shapes"][0]["x0"] == 0.9
    assert prediction_set_charts.coverage_rows(found, titles)[0]["Promised"] == f"90{SPACE}%"
    assert prediction_set_charts.set_size_figure(found)["data"][0]["y"] == [0, 3, 1]
    assert prediction_set_charts.set_size_rows(found)[2] == {
        "Labels in the set": "2",
        "Cases": "1",
        "Share": f"25.0{SPACE}%",
    }
