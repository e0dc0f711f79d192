"""The decision curve against net benefits computed by hand."""

import json

import numpy as np
import pytest

from meddx.evaluate.decision_curve import decision_curve
from meddx.evaluate.influence_functions import RankedScores
from meddx.formatting import SPACE
from pages.ui.common.charts import decision_chart

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
    row = {row["Threshold probability"]: row for row in decision_chart.decision_rows({"model": curve})}[f"50{SPACE}%"]
    assert (row["Net benefit"], row["Treat all"]) == ("0.333", "0.000")


def test_several_decision_curves_have_no_bands_over_one_another():
    curve = decision_curve(RankedScores(SCORES, TRUE))
    one, two = (
        decision_chart.decision_figure({"model": curve}),
        decision_chart.decision_figure({"a": curve, "b": curve}),
    )
    assert sum("fill" in trace for trace in one["data"]) == 1
    assert sum("fill" in trace for trace in two["data"]) == 0
