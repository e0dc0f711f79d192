"""The threshold explorer: one label's threshold moved by hand, and every number that moves with it."""

import math
from html import escape

import streamlit as st

from meddx.evaluate import metric_registry
from meddx.evaluate.assessment import Assessment
from meddx.formatting import percent
from pages.ui.evaluate.headline_metrics import estimate_list
from pages.ui.evaluate.page_state import PageState

_STEP = 0.001


def render_threshold_explorer(state: PageState, label: str) -> Assessment:
    """Slider, what it means for a hundred people, the numbers; returns everything at the thresholds as they stand."""
    left, right = st.columns([1, 1.15], gap="large")
    with left:
        _slider(state, label)
        prevalence = _prevalence(state, label)
    assessment = state.moved(prevalence)
    with left:
        st.html(hundred_people_html(state, label, assessment))
        st.html(predictive_values_html(assessment, label, prevalence))
    with right:
        at = f"{state.subject.titles[label]} called at {state.threshold(label):.3f} or more"
        n = f"n {assessment.n:,}, {int(state.true(label).sum()):,} with it"
        st.html(estimate_list(assessment.per_label[label], metric_registry.at_threshold(), f"{at}; {n}"))
    return assessment


def _slider(state: PageState, label: str) -> None:
    key = f"threshold {state.subject.key} {label}"
    own = state.own_threshold(label)
    st.session_state[key] = round(state.threshold(label), 3)

    def moved() -> None:
        state.thresholds[label] = float(st.session_state[key])

    def back() -> None:
        state.thresholds.pop(label, None)

    st.slider("Threshold", 0.0, 1.0, step=_STEP, format="%.3f", key=key, on_change=moved)
    st.html(_tick(own))
    moved_away = label in state.thresholds
    words = f"Tick: {own:.3f}, from {state.subject.threshold_origin}."
    line = st.container(horizontal=True, vertical_alignment="center", gap="small")
    line.caption(words)
    if moved_away:
        line.button("Back to it", type="tertiary", on_click=back)


def _tick(own: float) -> str:
    return f'<div class="tick" aria-hidden="true"><i style="left: {100 * own:.2f}%"></i></div>'


def _prevalence(state: PageState, label: str) -> float:
    here = float(state.true(label).mean())
    key = f"prevalence {state.subject.key} {label}"
    percentage = st.number_input(
        "Prevalence where you would use it, %",
        min_value=0.1,
        max_value=99.9,
        value=min(max(round(100 * state.prevalence.get(label, here), 1), 0.1), 99.9),
        step=1.0,
        format="%.1f",
        key=key,
        help=f"Among these cases it is {percent(here, 1)}. PPV and NPV depend on it.",
    )
    state.prevalence[label] = percentage / 100
    return state.prevalence[label]


def hundred_people_html(state: PageState, label: str, assessment: Assessment) -> str:
    """What the threshold does to a hundred people with it and a hundred without; HTML."""
    numbers, name = assessment.per_label[label], state.subject.titles[label]
    ill = _hundred(f"Of 100 with “{name}”", numbers["recall"].value, ("hit", "called"), ("miss", "missed"))
    called = 1 - numbers["specificity"].value
    well = _hundred("Of 100 without", called, ("false", "called wrongly"), ("right", "rightly not called"))
    return f'<div class="hundreds">{ill}{well}</div>'


def _hundred(whom: str, share: float, called: tuple[str, str], rest: tuple[str, str]) -> str:
    """share: of those called, NaN where there is no such case; called, rest: style and words."""
    if math.isnan(share):
        return f"<div><h3>{escape(whom)}</h3><p>no such case here</p></div>"
    count = round(100 * share)
    people = f'<i class="{called[0]}"></i>' * count + f'<i class="{rest[0]}"></i>' * (100 - count)
    return (
        f"<div><h3>{escape(whom)}</h3><div class='people' aria-hidden='true'>{people}</div>"
        f"<p><b>{count}</b> {called[1]}, <b>{100 - count}</b> {rest[1]}</p></div>"
    )


def predictive_values_html(assessment: Assessment, label: str, prevalence: float) -> str:
    """PPV and NPV at the prevalence that the reader set; HTML."""
    names = metric_registry.at_prevalence()
    return estimate_list(
        assessment.per_label[label], names, f"Where {percent(prevalence, 1)} have it; n {assessment.n:,}"
    )
