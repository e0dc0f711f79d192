"""Whether its probabilities can be believed: what no threshold moves. Only the picture of the open tab is drawn."""

import numpy as np
import streamlit as st

from meddx.evaluate import curves, metric_registry
from meddx.evaluate.decision_curve import decision_curve, risk_coverage
from meddx.evaluate.prediction_sets import PredictionSets, prediction_sets
from meddx.formatting import percent, percent_span
from pages.ui.common.charts import calibration_chart, decision_chart, prediction_set_charts
from pages.ui.common.charts import risk_coverage_chart as passing
from pages.ui.common.charts.chart_with_table import render_chart_with_table
from pages.ui.evaluate.page_state import PageState


def render_calibration(state: PageState, label: str) -> None:
    """Tabs; a tab's picture is made when it is opened."""
    st.subheader("Can its probabilities be believed?", anchor=False)
    drawing = {
        "Calibration": _reliability,
        "Decision curve": _decision,
        "Prediction sets": _sets,
        "Passing on the unsure": _passing,
    }
    tabs = st.tabs(list(drawing), key=f"trust {state.subject.key}", on_change="rerun")
    for tab, draw in zip(tabs, drawing.values(), strict=True):
        if tab.open:
            with tab:
                draw(state, label)


def _reliability(state: PageState, label: str) -> None:
    bins = {state.subject.title: curves.calibration_curve(state.scores(label), state.true(label))}
    brier = metric_registry.row("brier")
    number = state.scored.per_label[label][brier.name]
    title = state.subject.titles[label]
    st.caption(
        f"Of cases given a probability, the share that truly has “{title}” should be that probability: on the dotted "
        f"line. Above it the model is too cautious, below too sure. {brier.title} {brier.text(number.value)} "
        f"({brier.span(number.low, number.high)}), n {number.n:,}."
    )
    render_chart_with_table(
        calibration_chart.calibration_figure(bins),
        calibration_chart.calibration_rows(bins),
        key=f"reliability {state.subject.key} {label}",
        alt=f"Reliability of {title}: bins of equally many cases, with 95 % intervals; below, how many cases where",
    )


def _decision(state: PageState, label: str) -> None:
    predictions = state.subject.predictions
    curve = {state.subject.title: decision_curve(state.ranked(label), predictions.patients)}
    title = state.subject.titles[label]
    st.caption(
        "If you would act when the risk is at least so high, how much better is it to act on the model than on "
        "everybody or on nobody? Net benefit counts right calls per case and takes off wrong ones, weighed by the odds "
        "of that risk."
    )
    render_chart_with_table(
        decision_chart.decision_figure(curve, state.own_threshold(label)),
        decision_chart.decision_rows(curve),
        key=f"decision {state.subject.key} {label}",
        alt=f"Decision curve of {title}, n {len(predictions):,}; the upright line is the threshold of the model",
    )


def _sets(state: PageState, label: str) -> None:
    card = state.subject.card
    if card is None:
        st.write("Another system's file states no prediction sets.")
        return
    quantile = {one.name: one.conformal_quantile for one in card.labels}
    if not quantile.keys() >= set(state.subject.labels):
        st.write("A class that several labels make together has no prediction sets: none were chosen for it.")
        return
    quantiles = [quantile[name] for name in state.subject.labels]
    found = prediction_sets(state.subject.predictions, quantiles, card.calibration.coverage)
    named = {state.subject.title: found}
    st.caption(
        f"Instead of one label, a set that holds the truth in {percent(card.calibration.coverage)} of each class, "
        "if images are like those of validation (class-conditional conformal sets). "
        f"{_singly(found)}; a set has {found.mean_size:.2f} labels on average."
    )
    titles = state.subject.titles
    key = state.subject.key
    render_chart_with_table(
        prediction_set_charts.coverage_figure(named, titles),
        prediction_set_charts.coverage_rows(named, titles),
        key=f"coverage {key}",
        alt="Coverage of each class with its 95 % interval; the upright line is what was promised",
    )
    render_chart_with_table(
        prediction_set_charts.set_size_figure(named),
        prediction_set_charts.set_size_rows(named),
        key=f"sizes {key}",
        alt="How many labels sets leave open",
    )


def _singly(found: PredictionSets) -> str:
    if not found.right.n:
        return "No case gets a set of one label"
    right = found.right
    return (
        f"{percent(found.singly.value, 1)} of cases get a set of one label, right in {percent(right.value, 1)} "
        f"({percent_span(right.low, right.high)}, n {right.n:,})"
    )


def _passing(state: PageState, label: str) -> None:
    p, true = state.subject.predictions.probabilities, state.subject.predictions.targets
    if state.subject.exclusive:
        best = p.argmax(axis=1)
        rows = np.arange(len(p))
        confidence, right = p[rows, best], true[rows, best]
        what = "The most probable label is the answer"
    else:
        scores = state.scores(label)
        confidence, right = np.maximum(scores, 1 - scores), (scores >= 0.5) == state.true(label)
        what = f"Whether “{state.subject.titles[label]}” is there, yes at 0.5 or more, is the answer"
    curve = {state.subject.title: risk_coverage(confidence, right)}
    st.caption(f"{what}. When the cases of which the model is least sure go to a person, what is wrong among the rest?")
    render_chart_with_table(
        passing.risk_coverage_figure(curve),
        passing.risk_coverage_rows(curve),
        key=f"passing {state.subject.key} {label}",
        alt="Wrong answers over the share of cases that the model answers, with 95 % intervals",
    )
