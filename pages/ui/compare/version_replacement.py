"""Show what happens to sensitivity and specificity when one model replaces another but the threshold stays."""

from html import escape

import streamlit as st

from meddx.evaluate import metric_registry
from meddx.evaluate.paired.alignment import Aligned
from meddx.evaluate.paired.system import System
from meddx.evaluate.paired.version_replacement import QUANTILES, ProbabilityShift, matched_threshold, probability_shift
from pages.ui.common.charts import score_chart
from pages.ui.common.charts.chart_with_table import render_chart
from pages.ui.common.html import data_table
from pages.ui.common.language.formatting import percent
from pages.ui.common.language.language import _, number
from pages.ui.common.language.translated import translated
from pages.ui.compare.system_titles import title_of
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
        _("Do not reuse a threshold: it belongs to one version of one model. {old}: {first}; {new}: {second}.").format(
            old=title_of(old),
            first=f"{shift.thresholds[0]:.3f}",
            new=title_of(new),
            second=f"{shift.thresholds[1]:.3f}",
        )
    )
    left, right = st.columns([1, 1.2], gap="medium")
    p = {title_of(system): system.predictions.probabilities[:, column] for system in (old, new)}
    with left:
        render_chart(
            score_chart.histogram_figure(score_chart.histogram(p)),
            key="compare-shift",
            alt=_("Scores of both systems for {label}").format(label=title),
        )
    with right:
        st.html(quantile_table(shift, old, new))
        st.html(threshold_table(shift, old, new))
    st.html(f'<p class="verdict">{escape(matched_threshold_sentence(held_out, old, new, label))}</p>')


def quantile_table(shift: ProbabilityShift, old: System, new: System) -> str:
    """Return the quantiles of both systems' probabilities; HTML."""
    rows = [
        (title, [f"{value:.3f}" for value in quantiles])
        for title, quantiles in ((title_of(old), shift.old), (title_of(new), shift.new))
    ]
    head = ["", *(percent(level) for level in QUANTILES)]
    caption = _(
        "Quantiles of the probabilities; largest gap between the two distributions {distance} (Kolmogorov-Smirnov)"
    ).format(distance=f"{shift.distance:.3f}")
    return data_table("shift", caption, head, rows)


def threshold_table(shift: ProbabilityShift, old: System, new: System) -> str:
    """Return sensitivity and specificity of both systems at their own thresholds, and of the new at the old's; HTML."""
    own = _("{system}, own threshold")
    rows = [
        (own.format(system=title_of(old)), _cells(shift, "old")),
        (_("{system}, threshold of {other}").format(system=title_of(new), other=title_of(old)), _cells(shift, "moved")),
        (own.format(system=title_of(new)), _cells(shift, "new")),
    ]
    head = ["", *(translated(metric_registry.row(name).short) for name in ("recall", "specificity"))]
    return data_table("borrowed", _("Sensitivity and specificity at each threshold"), head, rows)


def _cells(shift: ProbabilityShift, name: str) -> list[str]:
    return [estimate_cell("recall", shift.recall[name]), estimate_cell("specificity", shift.specificity[name])]


def matched_threshold_sentence(held_out: Aligned | None, old: System, new: System, label: str) -> str:
    """Return the threshold at which the new system keeps the old one's sensitivity, or why there is none."""
    validation = {system.id: system for system in held_out.systems} if held_out else {}
    if held_out is None or label not in held_out.labels or not {old.id, new.id} <= set(validation):
        return _("No matched threshold: it needs validation cases that both systems share.")
    threshold = matched_threshold(validation[old.id], validation[new.id], held_out.labels.index(label))
    return _(
        "Matched threshold for {new}: {threshold} (95 % interval {low} to {high}; {method}). On the {n} validation "
        "cases it gives the sensitivity of {old}."
    ).format(
        new=title_of(new),
        threshold=f"{threshold.value:.3f}",
        low=f"{threshold.low:.3f}",
        high=f"{threshold.high:.3f}",
        method=translated(threshold.method),
        n=number(len(held_out)),
        old=title_of(old),
    )
