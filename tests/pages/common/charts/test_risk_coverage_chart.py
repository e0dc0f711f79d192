"""The risk-coverage curve against error rates counted by hand."""

import numpy as np
import pytest

from meddx.evaluate.decision_curve import risk_coverage
from meddx.formatting import SPACE
from pages.ui.common.charts import risk_coverage_chart


def named(traces):
    return {trace["name"]: trace for trace in traces}


def test_referring_the_least_confident_cases_lowers_the_error_rate():
    confidence, right = np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, True, False, True])
    curve = risk_coverage(confidence, right)
    drawn = named(risk_coverage_chart.risk_coverage_figure({"model": curve})["data"])["model"]
    assert drawn["x"] == pytest.approx([0.25, 0.5, 0.75, 1])
    assert drawn["y"] == pytest.approx([0, 0, 1 / 3, 1 / 4])
    rows = risk_coverage_chart.risk_coverage_rows({"model": curve})
    assert (rows[0]["Decided by the model"], rows[0]["Error rate"], rows[0]["n"]) == (
        f"100.0{SPACE}%",
        f"25.0{SPACE}%",
        "4",
    )
    assert (rows[4]["Decided by the model"], rows[4]["Error rate"], rows[4]["Confidence at least"]) == (
        f"50.0{SPACE}%",
        f"0.0{SPACE}%",
        "0.800",
    )
