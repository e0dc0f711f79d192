"""Evaluate: how good a model is, on whom, at which threshold, and how sure one can be."""

import streamlit as st

from meddx.model.registry import InstalledModel
from pages.ui import states
from pages.ui.evaluate import cases, explorer, exports, gallery, headline, look, pictures, skipped, sources, trust, whom
from pages.ui.evaluate.state import State, state_of
from pages.ui.evaluate.subject import Subject
from pages.ui.installed import installed
from pages.ui.models import choice


def page() -> None:
    """The whole page. Numbers are computed from predictions; a model is asked only for films that a reader opens."""
    st.html(look.STYLE)
    subject = _subject()
    if subject is None:
        return
    state = state_of(subject)
    _head(state)
    label = _label(state)
    _threshold(state, label)
    _cases(state)
    _whom(state, label)
    _trust(state, label)
    _exports(state)


def _subject() -> Subject | None:
    found = installed()
    model: InstalledModel | None = None
    with st.sidebar:
        source = sources.choose()
        if source.of_model and found.models:
            model = choice.choose(found.models)
    if source.of_model and model is None:
        states.no_models(found.refused)
        return None
    if source.of_model and choice.unknown(found.cards) is not None:
        states.panel("refused", "No such model", "The address names a model that is not installed. This is another.")
    return source.open(model)


def _head(state: State) -> None:
    subject, stated = state.subject, state.stated
    st.html(headline.heading(subject, stated.patients))
    if subject.chosen_on:
        st.warning("Thresholds and calibration were chosen on these very cases: the numbers are too good.")
    if subject.card is not None and subject.card.synthetic:
        st.badge("Synthetic: trained on phantoms, says nothing about patients", color="orange")
    skipped.show(state)
    st.html(headline.overall(stated))
    st.caption(headline.methods(stated))
    every = st.expander("Every number, label by label", on_change="rerun", key=f"every {subject.key}")
    if every.open:
        with every:
            st.html(headline.every_number(stated, [subject.titles[label] for label in subject.labels]))


def _label(state: State) -> str:
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
def _threshold(state: State, label: str) -> None:
    """Moving the threshold runs only this."""
    assessment = explorer.show(state, label)
    pictures.show(state, label, assessment)
    _to_cases(state)


@st.fragment
def _cases(state: State) -> None:
    """Selecting a case runs only this."""
    gallery.show(state, cases.show(state))


@st.fragment
def _trust(state: State, label: str) -> None:
    """Opening a tab runs only this."""
    trust.show(state, label)


@st.fragment
def _whom(state: State, label: str) -> None:
    """Another attribute or metric runs only this."""
    whom.show(state, label)
    _to_cases(state)


def _to_cases(state: State) -> None:
    """A click that chose cases is shown where they are listed, which another fragment draws."""
    if state.just_chosen:
        state.just_chosen = False
        st.rerun()


@st.fragment
def _exports(state: State) -> None:
    """A download runs only this."""
    exports.show(state)


page()
