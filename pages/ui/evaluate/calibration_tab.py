"""Draw what does not depend on the threshold: calibration, decision curve, prediction sets and referral."""

from html import escape

import numpy as np
import streamlit as st

from meddx.evaluate import curves, metric_registry
from meddx.evaluate.decision_curve import decision_curve, risk_coverage
from meddx.evaluate.label_details import INDICES, smooth_indices
from meddx.evaluate.prediction_sets import PredictionSets, prediction_sets
from meddx.evaluate.smooth_calibration import SmoothCalibration
from pages.ui.common import glossary
from pages.ui.common.charts import calibration_chart, decision_chart, prediction_set_charts, risk_coverage_chart
from pages.ui.common.charts.chart_with_table import render_chart_with_table
from pages.ui.common.html import data_table
from pages.ui.common.language.formatting import paragraph, percent, percent_span
from pages.ui.common.language.language import _, number
from pages.ui.common.language.translated import translated
from pages.ui.evaluate.headline_metrics import estimate_cell
from pages.ui.evaluate.metric_titles import metric_interval, metric_meaning, metric_text, metric_title
from pages.ui.evaluate.page_state import PageState

CALIBRATION_METRICS = ("calibration slope", "calibration intercept", "expected calibration error")


def render_calibration(state: PageState, label: str) -> None:
    """Draw the section as tabs; a chart is drawn only while its tab is open."""
    st.header(_("Calibration"), anchor=False, help=glossary.meaning("calibration; calibrated probability"))
    card = state.subject.card
    if card is not None and card.calibration is None:
        st.caption(_("This model is not calibrated: the curves below are of its raw scores."))
    sections = {
        _("Calibration curve"): _calibration_curve,
        _("Decision curve"): _decision_curve,
        _("Prediction sets"): _prediction_sets,
        _("Referring low-confidence cases"): _referral,
    }
    tabs = st.tabs(list(sections), key=f"calibration {state.subject.key}", on_change="rerun")
    for tab, render in zip(tabs, sections.values(), strict=True):
        if tab.open:
            with tab:
                render(state, label)


def _calibration_curve(state: PageState, label: str) -> None:
    brier = metric_registry.row("brier")
    score = state.threshold_free_metrics.per_label[label][brier.name]
    title = state.subject.label_title(label)
    bins = {state.subject.heading: curves.calibration_curve(state.scores(label), state.true(label))}
    smooth = state.smooth(label)
    sentences = [
        _(
            "{metric} {value} ({interval}), n {n}. The curve compares the predicted probability of “{label}” with its "
            "observed frequency; perfect calibration is the dotted line. Above the line risk is underestimated, below "
            "it overestimated."
        ).format(
            metric=metric_title(brier.name),
            value=metric_text(brier.name, score.value),
            interval=metric_interval(brier.name, score.low, score.high),
            n=number(score.n),
            label=title,
        )
    ]
    if smooth is not None:
        sentences.append(_("The smooth curve needs no bins; its band is a 95 % interval at each point."))
    st.caption(paragraph(sentences))
    render_chart_with_table(
        calibration_chart.calibration_figure(bins, {} if smooth is None else {state.subject.heading: smooth}),
        calibration_chart.calibration_rows(bins),
        key=f"calibration curve {state.subject.key} {label}",
        alt=_(
            "Calibration of {label}: bins of equally many cases, with 95 % intervals; below, the number of cases"
        ).format(label=title),
    )
    st.html(calibration_metrics(state, label, smooth))


def calibration_metrics(state: PageState, label: str, smooth: SmoothCalibration | None) -> str:
    """Return the table of slope, intercept and the indices of the smooth curve; HTML."""
    numbers = state.threshold_free_metrics.per_label[label]
    rows = [
        (
            metric_title(metric.name),
            [estimate_cell(metric.name, numbers[metric.name]), _meaning(metric_meaning(metric))],
        )
        for metric in map(metric_registry.row, CALIBRATION_METRICS)
    ]
    if smooth is not None:
        indices = smooth_indices(smooth, state.subject.predictions, label)
        rows += [
            (translated(INDICES[name][0]), [estimate_cell(name, one), _meaning(translated(INDICES[name][1]))])
            for name, one in indices.items()
        ]
    caption = _("Calibration in numbers. Noise alone makes ICI, E50, E90 and the calibration error larger than 0")
    return data_table("listed", caption, ["", _("Value, 95 % interval"), ""], rows)


def _meaning(text: str) -> str:
    return f'<span class="meaning">{escape(text)}</span>'


def _decision_curve(state: PageState, label: str) -> None:
    predictions = state.subject.predictions
    curve = {state.subject.heading: decision_curve(state.ranked(label), predictions.patients)}
    own = state.own_threshold(label)
    title = state.subject.label_title(label)
    st.caption(
        _(
            "Net benefit of treating the patients whom the model selects, compared with treating all or none. The "
            "threshold probability is the risk at which you would treat. Net benefit is the rate of true positives "
            "minus the rate of false positives, weighted by the odds of the threshold probability."
        )
    )
    render_chart_with_table(
        decision_chart.decision_figure(curve, None if np.isnan(own) else own),
        decision_chart.decision_rows(curve),
        key=f"decision {state.subject.key} {label}",
        alt=_("Decision curve of {label}, n {n}; the vertical line is the model's threshold").format(
            label=title, n=number(len(predictions))
        ),
    )


def _prediction_sets(state: PageState, label: str) -> None:
    card = state.subject.card
    if card is None:
        st.write(_("No prediction sets: a file of scores does not define them."))
        return
    if card.calibration is None or not card.has_prediction_sets:
        st.write(_("No prediction sets: this model is not calibrated."))
        return
    if state.quantiles is None:
        st.write(_("No prediction sets: the model defines none for a class that combines several labels."))
        return
    sets = prediction_sets(
        state.subject.predictions, state.quantiles, card.calibration.coverage, proportions=state.proportions
    )
    named = {state.subject.heading: sets}
    explained = _(
        "Mean size {size} labels. A prediction set lists the labels that remain possible for a case. Target coverage: "
        "the true label is in the set in {coverage} of the cases of each class, if images are like the validation "
        "images (class-conditional conformal prediction)."
    ).format(size=f"{sets.mean_size:.2f}", coverage=percent(card.calibration.coverage))
    st.caption(paragraph([single_label_sentence(sets), explained]))
    titles = {name: state.subject.label_title(name) for name in state.subject.labels}
    key = state.subject.key
    render_chart_with_table(
        prediction_set_charts.coverage_figure(named, titles),
        prediction_set_charts.coverage_rows(named, titles),
        key=f"coverage {key}",
        alt=_("Observed coverage of each class with its 95 % interval; the vertical line is the target coverage"),
    )
    render_chart_with_table(
        prediction_set_charts.set_size_figure(named),
        prediction_set_charts.set_size_rows(named),
        key=f"sizes {key}",
        alt=_("Prediction-set size: number of cases by number of labels in the set"),
    )


def single_label_sentence(sets: PredictionSets) -> str:
    """Return how many cases get a single label, and how often that label is correct, with its 95 % interval."""
    correct = sets.right
    if not correct.n:
        return _("No case gets a single label.")
    return _("{share} of cases get a single label, correct in {correct} ({interval}, n {n}).").format(
        share=percent(sets.singly.value, 1),
        correct=percent(correct.value, 1),
        interval=percent_span(correct.low, correct.high),
        n=number(correct.n),
    )


def _referral(state: PageState, label: str) -> None:
    p, true = state.subject.predictions.probabilities, state.subject.predictions.targets
    if state.subject.exclusive:
        best = p.argmax(axis=1)
        rows = np.arange(len(p))
        confidence, correct = p[rows, best], true[rows, best]
        rule = _("the most probable label")
    else:
        scores = state.scores(label)
        confidence, correct = np.maximum(scores, 1 - scores), (scores >= 0.5) == state.true(label)
        rule = _("“{label}” is present at 0.5 or above").format(label=state.subject.label_title(label))
    curve = {state.subject.heading: risk_coverage(confidence, correct)}
    st.caption(
        _(
            "Error rate among the cases that the model decides when its least confident cases are referred to a "
            "reader. Prediction: {rule}."
        ).format(rule=rule)
    )
    render_chart_with_table(
        risk_coverage_chart.risk_coverage_figure(curve),
        risk_coverage_chart.risk_coverage_rows(curve),
        key=f"referral {state.subject.key} {label}",
        alt=_("Error rate against the share of cases that the model decides, with 95 % intervals"),
    )
