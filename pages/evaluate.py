"""Show how well a model performs: metrics with intervals, thresholds, subgroups, calibration and single cases."""

import streamlit as st

from meddx.evaluate.cautions import MANY_LOOKS, NOT_CALIBRATED, OPTIMISTIC
from meddx.evaluate.training_similarity import unlike_cases, unlike_cases_sentence
from meddx.model.registry import InstalledModel
from pages.ui.common import glossary, model_choice, notices
from pages.ui.common.installed_models import installed_models
from pages.ui.common.language.language import _
from pages.ui.common.language.translated import translated
from pages.ui.common.sections import sections
from pages.ui.evaluate import (
    calibration_tab,
    case_list,
    exports,
    gallery,
    headline_metrics,
    heat_maps,
    record_adds_panel,
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
    """Draw the page. Metrics come from predictions; a model runs only on images that the reader opens."""
    st.html(styles.EVALUATE_STYLE)
    subject = _evaluated_system()
    if subject is None:
        return
    state = page_state(subject)
    _summary(state)
    label = _label(state)
    _threshold(state, label)
    with sections("evaluate"):
        with st.container():
            _cases(state)
        with st.container():
            _calibration(state, label)
        with st.container():
            _subgroups(state, label)
        with st.container():
            heat_maps.render_heat_maps(state)
    _exports(state)


def _evaluated_system() -> EvaluatedSystem | None:
    installed = installed_models()
    model: InstalledModel | None = None
    with st.sidebar:
        source = source_picker.pick_source()
        if source.of_model and installed.models:
            model = model_picker.pick_model(installed.models)
    if source.of_model and model is None:
        notices.render_no_models(installed.refused)
        return None
    if source.of_model and model is not None:
        model_choice.render_unknown_model(installed.cards, model.card)
    return source.open(model)


def _summary(state: PageState) -> None:
    subject, assessment = state.subject, state.initial_assessment
    st.html(headline_metrics.system_heading(subject, assessment.patients))
    if subject.chosen_on:
        st.warning(translated(OPTIMISTIC))
    if subject.card is not None and subject.card.calibration is None:
        st.caption(translated(NOT_CALIBRATED))
    if subject.card is not None and subject.card.synthetic:
        st.badge(_("Synthetic: trained on phantoms, says nothing about patients"), color="orange")
    skipped_cases.render_skipped_cases(state)
    st.html(headline_metrics.headline_tiles(assessment))
    st.caption(headline_metrics.interval_methods(assessment))
    if similarity := unlike_cases_sentence(unlike_cases(subject.predictions, state.proportions), subject.card):
        st.caption(translated(similarity))
    _intervals(state)
    all_metrics = st.expander(_("All metrics by label"), on_change="rerun", key=f"all metrics {subject.key}")
    if all_metrics.open:
        with all_metrics:
            st.html(
                headline_metrics.all_metrics_table(assessment, [subject.label_title(name) for name in subject.labels])
            )
    record_adds_panel.render_record_adds(subject)


def _intervals(state: PageState) -> None:
    """Draw the switch between intervals of shares, and the caution about many of them."""
    key = f"exact {state.subject.key}"

    def switch() -> None:
        state.proportions = "clopper-pearson" if st.session_state[key] else "wilson"

    st.toggle(
        _("Exact intervals (Clopper-Pearson)"),
        value=state.proportions == "clopper-pearson",
        key=key,
        on_change=switch,
        help=_(
            "For sensitivity, specificity, PPV, NPV and accuracy of one label, instead of Wilson's. Exact intervals "
            "hold at least 95 % of the time and are wider; Wilson's hold 95 % on average."
        ),
    )
    st.caption(translated(MANY_LOOKS))


def _label(state: PageState) -> str:
    labels = state.subject.labels
    absent = {label.name for label in state.subject.card.labels if label.absence} if state.subject.card else set()
    first = next((label for label in labels if label not in absent), labels[0])
    st.header(_("Metrics at a threshold"), anchor=False, help=glossary.meaning("threshold"))
    selected = st.segmented_control(
        _("Label"),
        labels,
        default=first,
        required=True,
        format_func=state.subject.label_title,
        key=f"label {state.subject.key}",
        label_visibility="collapsed",
    )
    return str(selected or first)


@st.fragment
def _threshold(state: PageState, label: str) -> None:
    """Draw the threshold explorer and its charts; a moved threshold reruns only this fragment."""
    assessment = threshold_explorer.render_threshold_explorer(state, label)
    threshold_charts.render_threshold_charts(state, label, assessment)
    _rerun_after_selection(state)


@st.fragment
def _cases(state: PageState) -> None:
    """Draw the list of cases and their images; selecting a case reruns only this fragment."""
    gallery.render_gallery(state, case_list.render_case_list(state))


@st.fragment
def _calibration(state: PageState, label: str) -> None:
    """Draw the calibration section; opening a tab reruns only this fragment."""
    calibration_tab.render_calibration(state, label)


@st.fragment
def _subgroups(state: PageState, label: str) -> None:
    """Draw the subgroups; another attribute or metric reruns only this fragment."""
    subgroups_tab.render_subgroups(state, label)
    _rerun_after_selection(state)


def _rerun_after_selection(state: PageState) -> None:
    """Rerun the page after a click that selected cases, since another fragment lists them."""
    if state.selection_changed:
        state.selection_changed = False
        st.rerun()


@st.fragment
def _exports(state: PageState) -> None:
    """Draw the export buttons; a download reruns only this fragment."""
    exports.render_evaluation_exports(state)


page()
