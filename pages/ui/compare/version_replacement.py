"""What happens when one model takes another's place and the threshold stays behind."""

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
    aligned: Aligned, held_out: Aligned | None, both: tuple[System, System], label: str, title: str
) -> None:
    """Distributions of both, what the second's threshold would do to the first, and the threshold that would do."""
    new, old = both
    column = aligned.labels.index(label)
    found = probability_shift(old, new, column)
    st.warning(
        f"A threshold belongs to one version of one model. {old.title} is called at {found.thresholds[0]:.3f}, "
        f"{new.title} at {found.thresholds[1]:.3f}: never use the one on the other."
    )
    left, right = st.columns([1, 1.2], gap="medium")
    p = {system.title: system.predictions.probabilities[:, column] for system in (old, new)}
    with left:
        render_chart(
            score_chart.histogram_figure(score_chart.histogram(p)),
            key="compare-shift",
            alt=f"Scores for {title} of both",
        )
    with right:
        st.html(_quantiles(found, old, new))
        st.html(_operating(found, old, new))
    st.html(f'<p class="verdict">{escape(_derived(held_out, old, new, label))}</p>')


def _quantiles(found: ProbabilityShift, old: System, new: System) -> str:
    rows = [(title, [f"{value:.3f}" for value in of]) for title, of in ((old.title, found.old), (new.title, found.new))]
    head = ["", *(percent(at) for at in QUANTILES)]
    caption = (
        f"Quantiles of the probabilities; the distributions lie at most {found.distance:.3f} apart (Kolmogorov-Smirnov)"
    )
    return data_table("shift", caption, head, rows)


def _operating(found: ProbabilityShift, old: System, new: System) -> str:
    rows = [
        (f"{old.title} at its own threshold", _pair(found, "old")),
        (f"{new.title} at that borrowed threshold", _pair(found, "moved")),
        (f"{new.title} at its own threshold", _pair(found, "new")),
    ]
    head = ["", *(metric_registry.row(name).short for name in ("recall", "specificity"))]
    return data_table("borrowed", "What a borrowed threshold does", head, rows)


def _pair(found: ProbabilityShift, name: str) -> list[str]:
    return [estimate_cell("recall", found.recall[name]), estimate_cell("specificity", found.specificity[name])]


def _derived(held_out: Aligned | None, old: System, new: System, label: str) -> str:
    known = {system.id: system for system in held_out.systems} if held_out else {}
    if held_out is None or label not in held_out.labels or not {old.id, new.id} <= set(known):
        return "No threshold can be derived anew: it needs validation cases that both have answered."
    one = matched_threshold(known[old.id], known[new.id], held_out.labels.index(label))
    return (
        f"To keep the sensitivity that {old.title} has on the {len(held_out):,} validation cases, {new.title} would be "
        f"called at {one.value:.3f} (95 % interval {one.low:.3f} to {one.high:.3f}, {one.method})."
    )
