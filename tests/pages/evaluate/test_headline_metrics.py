"""Heading, tiles and cells: escaped, with intervals, unreliable ones marked."""

import math

from meddx.evaluate.estimates import Estimate
from meddx.types import Refusal
from pages.ui.evaluate import headline_metrics
from tests.pages.evaluate.states import state


def test_the_heading_counts_cases_patients_and_skipped_ones():
    of = state(refused={"x": Refusal("r", "Why.")}).subject
    assert ">5 cases of 3 patients, 1 skipped.<" in headline_metrics.system_heading(of, 3)
    assert ">5 cases, none skipped.<" in headline_metrics.system_heading(state().subject, 5)


def test_an_unreliable_interval_is_marked_with_its_reason_and_a_missing_one_explained():
    few = Estimate(0.5, 0.2, 0.8, "", 5, 2, False, "Only <2> patients.")
    html = headline_metrics.interval_html("auroc", few)
    assert "0.200 to 0.800" in html
    assert 'title="Only &lt;2&gt; patients.">unreliable interval<' in html
    none = Estimate(math.nan, math.nan, math.nan, "none", 5, 2, False, "Not <defined>.")
    assert headline_metrics.estimate_cell("auroc", none).endswith(">Not &lt;defined&gt;.</span>")
    assert "not measured" in headline_metrics.estimate_cell("auroc", None)


def test_all_labels_and_both_averages_are_columns_with_their_counts():
    html = headline_metrics.all_metrics_table(state().initial_assessment, ["<i>Ill</i>", "Well"])
    assert "&lt;i&gt;Ill" in html
    assert "Macro average" in html
    assert "Micro average" in html
    assert "<td>5, 3 positive</td><td>5, 2 positive</td>" in html


def test_the_methods_of_intervals_name_the_unit():
    assert headline_metrics.interval_methods(state().initial_assessment).endswith("every case counts as one patient.")
