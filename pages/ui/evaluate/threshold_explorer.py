"""Let the reader move one label's threshold, and show every metric at that threshold."""

import math
from html import escape

import streamlit as st

from meddx.evaluate import metric_registry
from meddx.evaluate.assessment import Assessment
from meddx.evaluate.cautions import moved_sentence
from pages.ui.common.language.formatting import percent
from pages.ui.common.language.language import _, number
from pages.ui.common.language.translated import translated
from pages.ui.evaluate import operating_points_panel
from pages.ui.evaluate.headline_metrics import estimate_list
from pages.ui.evaluate.page_state import PageState

_STEP = 0.001


def render_threshold_explorer(state: PageState, label: str) -> Assessment:
    """Draw the slider, outcomes for 100 patients and metrics; return all metrics at the current thresholds."""
    left, right = st.columns([1, 1.15], gap="large")
    with left:
        _slider(state, label)
        prevalence = _prevalence(state, label)
    assessment = state.current_assessment(prevalence)
    with left:
        if not math.isnan(state.threshold(label)):
            st.html(hundred_people_html(state, label, assessment))
        st.html(predictive_values_html(assessment, label, prevalence))
    with right:
        caption = _rule(state.threshold(label)).format(
            label=state.subject.label_title(label),
            threshold=f"{state.threshold(label):.3f}",
            n=number(assessment.n),
            positives=number(int(state.true(label).sum())),
        )
        st.html(estimate_list(assessment.per_label[label], metric_registry.at_threshold(), caption))
    operating_points_panel.render_operating_points(state, label)
    return assessment


def _rule(threshold: float) -> str:
    """Return the caption of the metrics, with the places of its numbers."""
    if math.isnan(threshold):
        return _("{label}: no threshold; n {n}, {positives} positive")
    return _("{label}: predicted positive at {threshold} or above; n {n}, {positives} positive")


def _slider(state: PageState, label: str) -> None:
    key = f"threshold {state.subject.key} {label}"
    own, current = state.own_threshold(label), state.threshold(label)
    st.session_state[key] = 0.5 if math.isnan(current) else round(current, 3)

    def moved() -> None:
        state.thresholds[label] = float(st.session_state[key])

    def back() -> None:
        state.thresholds.pop(label, None)

    st.slider(_("Threshold"), 0.0, 1.0, step=_STEP, format="%.3f", key=key, on_change=moved)
    if math.isnan(own):
        line = st.container(horizontal=True, vertical_alignment="center", gap="small")
        line.caption(_("This model has no threshold for this label. Choose one to see what it would mean."))
        if label not in state.thresholds:
            line.button(
                _("Use {threshold}").format(threshold=f"{st.session_state[key]:.3f}"), type="tertiary", on_click=moved
            )
    else:
        st.html(_tick(own))
        line = st.container(horizontal=True, vertical_alignment="center", gap="small")
        line.caption(
            _("Mark: {threshold}, from {origin}.").format(
                threshold=f"{own:.3f}", origin=state.subject.origin_of_thresholds
            )
        )
    if label in state.moved:
        line.button(_("Reset threshold"), type="tertiary", on_click=back)
        st.warning(translated(moved_sentence([state.subject.titles[label]])))


def _tick(own: float) -> str:
    return f'<div class="tick" aria-hidden="true"><i style="left: {100 * own:.2f}%"></i></div>'


def _prevalence(state: PageState, label: str) -> float:
    here = float(state.true(label).mean())
    key = f"prevalence {state.subject.key} {label}"
    percentage = st.number_input(
        _("Prevalence in your patients, %"),
        min_value=0.1,
        max_value=99.9,
        value=min(max(round(100 * state.prevalence.get(label, here), 1), 0.1), 99.9),
        step=1.0,
        format="%.1f",
        key=key,
        help=_("{share} in these cases. PPV and NPV depend on prevalence.").format(share=percent(here, 1)),
    )
    state.prevalence[label] = percentage / 100
    return state.prevalence[label]


def hundred_people_html(state: PageState, label: str, assessment: Assessment) -> str:
    """Return what the threshold means for 100 patients with the label and 100 without; HTML."""
    numbers, name = assessment.per_label[label], state.subject.label_title(label)
    false_positive_rate = 1 - numbers["specificity"].value
    positive = _hundred(
        _("100 with “{label}”").format(label=name),
        numbers["recall"].value,
        _("{hits} true positive, {misses} false negative"),
        ("hit", "miss"),
    )
    negative = _hundred(
        _("100 without"),
        false_positive_rate,
        _("{hits} false positive, {misses} true negative"),
        ("false", "right"),
    )
    return f'<div class="hundreds">{positive}{negative}</div>'


def _hundred(heading: str, share: float, sentence: str, styles: tuple[str, str]) -> str:
    """Return a picture of 100 patients; HTML.

    share: predicted positive, NaN without cases. sentence: what it shows, with the places of both counts. styles: of
    those predicted positive, and of the rest.
    """
    if math.isnan(share):
        none = escape(_("no such cases"))
        return f"<div><h3>{escape(heading)}</h3><p>{none}</p></div>"
    count = round(100 * share)
    people = f'<i class="{styles[0]}"></i>' * count + f'<i class="{styles[1]}"></i>' * (100 - count)
    text = escape(sentence).format(hits=f"<b>{count}</b>", misses=f"<b>{100 - count}</b>")
    return f"<div><h3>{escape(heading)}</h3><div class='people' aria-hidden='true'>{people}</div><p>{text}</p></div>"


def predictive_values_html(assessment: Assessment, label: str, prevalence: float) -> str:
    """Return PPV and NPV at the prevalence that the reader set, a share in (0, 1); HTML."""
    names = metric_registry.at_prevalence()
    caption = _("At a prevalence of {share}; n {n}").format(share=percent(prevalence, 1), n=number(assessment.n))
    return estimate_list(assessment.per_label[label], names, caption)
