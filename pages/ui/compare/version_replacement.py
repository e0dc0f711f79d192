"""Show what happens to sensitivity and specificity when one model replaces another but the threshold stays."""

from html import escape

import streamlit as st

from meddx.evaluate import metric_registry
from meddx.evaluate.paired.alignment import Aligned
from meddx.evaluate.paired.system import System
from meddx.evaluate.paired.version_replacement import QUANTILES, ProbabilityShift, matched_threshold, probability_shift
from meddx.formatting import percent
from pages.ui.common.charts import score_chart
from pages.ui.common.charts.chart_with_table import render_chart
from pages.ui.common.html import data_table
from pages.ui.evaluate.headline_metrics import estimate_cell


def render_version_replacement(
    aligned: Aligned, held_out: Aligned | None, pair: tuple[System, System], label: str, title: str
) -> None:
    """Draw score distributions, sensitivity and specificity at both thresholds, and the matched threshold.

    held_out: the systems on their common validation cases. pair: (new, old). title: of the label.
    """
    new, old = pair
    column = aligned.labels.index(label)
    shift = probability_shift(old, new, column)
    st.warning(
        f"Do not reuse a threshold: it belongs to one version of one model. {old.title}: {shift.thresholds[0]:.3f}; "
        f"{new.title}: {shift.thresholds[1]:.3f}."
    )
    left, right = st.columns([1, 1.2], gap="medium")
    p = {system.title: system.predictions.probabilities[:, column] for system in (old, new)}
    with left:
        render_chart(
            score_chart.histogram_figure(score_chart.histogram(p)),
            key="compare-shift",
            alt=f"Scores of both systems for {title}",
        )
    with right:
        st.html(quantile_table(shift, old, new))
        st.html(threshold_table(shift, old, new))
    st.html(f'<p class="verdict">{escape(matched_threshold_sentence(held_out, old, new, label))}</p>')


def quantile_table(shift: ProbabilityShift, old: System, new: System) -> str:
    """Return the quantiles of both systems' probabilities; HTML."""
    rows = [
        (title, [f"{value:.3f}" for value in quantiles])
        for title, quantiles in ((old.title, shift.old), (new.title, shift.new))
    ]
    head = ["", *(percent(level) for level in QUANTILES)]
    caption = (
        "Quantiles of the probabilities; largest gap between the two distributions "
        f"{shift.distance:.3f} (Kolmogorov-Smirnov)"
    )
    return data_table("shift", caption, head, rows)


def threshold_table(shift: ProbabilityShift, old: System, new: System) -> str:
    """Return sensitivity and specificity of both systems at their own thresholds, and of the new at the old's; HTML."""
    rows = [
        (f"{old.title}, own threshold", _cells(shift, "old")),
        (f"{new.title}, threshold of {old.title}", _cells(shift, "moved")),
        (f"{new.title}, own threshold", _cells(shift, "new")),
    ]
    head = ["", *(metric_registry.row(name).short for name in ("recall", "specificity"))]
    return data_table("borrowed", "Sensitivity and specificity at each threshold", head, rows)


def _cells(shift: ProbabilityShift, name: str) -> list[str]:
    return [estimate_cell("recall", shift.recall[name]), estimate_cell("specificity", shift.specificity[name])]


def matched_threshold_sentence(held_out: Aligned | None, old: System, new: System, label: str) -> str:
    """Return the threshold at which the new system keeps the old one's sensitivity, or why there is none."""
    validation = {system.id: system for system in held_out.systems} if held_out else {}
    if held_out is None or label not in held_out.labels or not {old.id, new.id} <= set(validation):
        return "No matched threshold: it needs validation cases that both systems share."
    threshold = matched_threshold(validation[old.id], validation[new.id], held_out.labels.index(label))
    return (
        f"Matched threshold for {new.title}: {threshold.value:.3f} (95 % interval {threshold.low:.3f} to "
        f"{threshold.high:.3f}; {threshold.method}). On the {len(held_out):,} validation cases it gives the "
        f"sensitivity of {old.title}."
    )
