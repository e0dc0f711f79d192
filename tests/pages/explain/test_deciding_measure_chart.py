"""Dots with intervals, and a line at the best baseline."""

import pytest

from pages.ui.explain import deciding_measure_chart
from tests.pages.explain.records import measured


def test_the_dot_of_a_method_has_its_interval(small):
    dots = deciding_measure_chart.deciding_measure_figure(small, "pointing game", "Points")["data"][0]
    assert dots["x"] == [0.9]
    assert (dots["error_x"]["array"], dots["error_x"]["arrayminus"]) == (pytest.approx([0.05]), pytest.approx([0.1]))
    assert deciding_measure_chart.deciding_measure_figure(small, "overlap", "Overlap") is None


def test_the_default_method_the_others_and_the_baselines_are_told_apart_with_a_line_at_the_best_baseline(small):
    row = small.methods[0]
    rows = (
        row,
        row.model_copy(update={"name": "gradients", "title": "Gradients"}),
        row.model_copy(update={"name": "centre", "title": "Centre", "kind": "baseline"}),
    )
    numbers = tuple(
        measured(name, "faithfulness", value, value - 0.1, value + 0.1)
        for name, value in (("grad-cam", 0.5), ("gradients", 0.7), ("centre", 0.2))
    )
    changed = small.model_copy(update={"methods": rows, "measured": numbers})
    figure = deciding_measure_chart.deciding_measure_figure(changed, "faithfulness", "Faithfulness")
    assert [(trace["name"], trace["x"]) for trace in figure["data"]] == [
        ("Default method", [0.5]),
        ("Other methods", [0.7]),
        ("Baselines without a model", [0.2]),
    ]
    assert [line["x0"] for line in figure["layout"]["shapes"]] == [0.2]
    assert figure["layout"]["yaxis"]["categoryarray"][-1] == "Gradients"  # the best at the top
