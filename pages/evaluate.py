"""Evaluate: how good a model is, on whom, at which threshold, and how sure one can be."""

import streamlit as st

from meddx.model.registry import InstalledModel
from pages.ui.common import notices
from pages.ui.common.installed_models import installed_models
from pages.ui.evaluate import (
    calibration_tab,
    case_list,
    exports,
    gallery,
    headline_metrics,
    skipped_cases,
    source_picker,
    styles,
    subgroups_tab,
    threshold_charts,
    threshold_explorer,
)
from pages.ui.evaluate.evaluated_system import EvaluatedSystem
from pages.ui.evaluate.page_state import PageState, page_state
from pages.ui.models import model_picker


def page() -> None:
    """The whole page. Numbers are computed from predictions; a model is asked only for images that a reader opens."""
    st.html(styles.EVALUATE_STYLE)
    subject = _subject()
    if subject is None:
        return
    state = page_state(subject)
    _head(state)
    label = _label(state)
    _threshold(state, label)
    _cases(state)
    _whom(state, label)
    _trust(state, label)
    _exports(state)


def _subject() -> EvaluatedSystem | None:
    found = installed_models()
    model: InstalledModel | None = None
    with st.sidebar:
        source = source_picker.pick_source()
        if source.of_model and found.models:
            model = model_picker.pick_model(found.models)
    if source.of_model and model is None:
        notices.render_no_models(found.refused)
        return None
    if source.of_model and model_picker.unknown_model(found.cards) is not None:
        notices.render_notice(
            "refused", "No such model", "The address names a model that is not installed. This is another."
        )
    return source.open(model)


def _head(state: PageState) -> None:
    subject, stated = state.subject, state.stated
    st.html(headline_metrics.system_heading(subject, stated.patients))
    if subject.chosen_on:
        st.warning("Thresholds and calibration were chosen on these very cases: the numbers are too good.")
    if subject.card is not None and subject.card.synthetic:
        st.badge("Synthetic: trained on phantoms, says nothing about patients", color="orange")
    skipped_cases.render_skipped_cases(state)
    st.html(headline_metrics.headline_tiles(stated))
    st.caption(headline_metrics.interval_methods(stated))
    every = st.expander("Every number, label by label", on_change="rerun", key=f"every {subject.key}")
    if every.open:
        with every:
            st.html(headline_metrics.all_metrics_table(stated, [subject.titles[label] for label in subject.labels]))


def _label(state: PageState) -> str:
    labels = state.subject.labels
    absent = {label.name for label in state.subject.card.labels if label.absence} if state.subject.card else set()
    first = next((label for label in labels if label not in absent), labels[0])
    st.subheader("One label at a time", anchor=False)
    chosen = st.segmented_control(
        "Label",
        labels,
        default=first,
        required=True,
        format_func=lambda label: state.subject.titles[label],
        key=f"label {state.subject.key}",
        label_visibility="collapsed",
    )
    return str(chosen or first)


@st.fragment
def _threshold(state: PageState, label: str) -> None:
    """Moving the threshold runs only this."""
    assessment = threshold_explorer.render_threshold_explorer(state, label)
    threshold_charts.render_threshold_charts(state, label, assessment)
    _to_cases(state)


@st.fragment
def _cases(state: PageState) -> None:
    """Selecting a case runs only this."""
    gallery.render_gallery(state, case_list.render_case_list(state))


@st.fragment
def _trust(state: PageState, label: str) -> None:
    """Opening a tab runs only this."""
    calibration_tab.render_calibration(state, label)


@st.fragment
def _whom(state: PageState, label: str) -> None:
    """Another attribute or metric runs only this."""
    subgroups_tab.render_subgroups(state, label)
    _to_cases(state)


def _to_cases(state: PageState) -> None:
    """A click that chose cases is shown where they are listed, which another fragment draws."""
    if state.just_chosen:
        state.just_chosen = False
        st.rerun()


@st.fragment
def _exports(state: PageState) -> None:
    """A download runs only this."""
    exports.render_evaluation_exports(state)


page()
