"""Compare: which model to trust, on the same cases, and whether the difference is real."""

import streamlit as st

from meddx.errors import Refused
from meddx.evaluate.paired.alignment import Aligned
from meddx.evaluate.paired.consensus import cost
from meddx.evaluate.paired.noninferiority import non_inferiority
from meddx.evaluate.paired.system import System
from pages.ui import states
from pages.ui.compare import (
    asking_what,
    choice,
    computed,
    curves,
    differ,
    export,
    film_view,
    groups,
    look,
    names,
    numbers,
    versions,
)
from pages.ui.compare.asking_what import Question
from pages.ui.compare.choice import Choice
from pages.ui.installed import installed

TEST_SET, ONE_FILM = "A test set", "One film"


def page() -> None:
    """The whole page. The test set needs no film on this machine; one film asks the models."""
    st.html(look.STYLE)
    cards = installed().cards
    with st.sidebar:
        view = st.radio("On", [TEST_SET, ONE_FILM], key="compare-view", horizontal=True)
        chosen = choice.choose() if view == TEST_SET else None
        asked = film_view.sidebar(cards) if view == ONE_FILM else []
        states.engine_line()
    if view == ONE_FILM:
        st.html('<h1 class="card-title">One film, several models</h1>')
        film_view.show(cards, asked)
        return
    if chosen is None:
        states.panel(
            "refused",
            "Nothing to compare",
            "No two installed models were tested on the same cases. Bring scores of another system in the sidebar.",
        )
        return
    try:
        aligned = computed.aligned(chosen)
    except Refused as refused:
        states.panel("refused", "These cannot be compared", refused.reason)
        return
    _test_set(chosen, aligned)


def _test_set(chosen: Choice, aligned: Aligned) -> None:
    st.html(numbers.heading(aligned))
    for sentence in numbers.left_out(aligned):
        st.caption(sentence)
    titles = names.titles(aligned)
    asked = asking_what.ask(aligned, titles)
    _difference(chosen, asked)
    of_label = asked.label or _first_disease(aligned)
    st.subheader(f"Curves: {titles[of_label]}", anchor=False)
    curves.show(aligned, of_label, titles[of_label])
    st.subheader("Where they differ", anchor=False)
    if asked.label is None and not aligned.exclusive:
        st.write("Choose a label above: these labels do not exclude each other, so an answer is right label by label.")
    else:
        differ.show(aligned, asked.both, asked.label, titles)
        st.subheader("Agreement", anchor=False)
        both = asked.both[0].id, asked.both[1].id
        st.html(groups.subgroups(aligned, both, asked.label, titles) + groups.of_several(aligned, asked.label))
    _replacing(chosen, aligned, asked.both, of_label, titles[of_label])
    export.show(chosen, aligned, asked, titles)


def _difference(chosen: Choice, asked: Question) -> None:
    """The sentence and the table. Asks for the metric, the margin and the specificity beside the sentence."""
    left, right = st.columns([1, 2.2], gap="medium")
    with left:
        asked.specificity = asking_what.specificity(asked)
    with st.spinner("Comparing…", show_time=False):
        comparison = computed.compared(chosen, asked.label, asked.specificity)
        found = comparison.of(asked.both[0].id, asked.both[1].id, asked.label)
        assessments = [computed.assessed(chosen, system.id) for system in asked.both]
    with left:
        asking_what.quoted(asked, found)
    one = found[asked.metric]
    with right:
        margins = non_inferiority(one, asked.margin) if asked.margin and one.defined else ()
        st.html(numbers.quote(one, comparison, margins, names.titles(comparison.aligned)))
    several = len(comparison.aligned.systems) > 2
    st.html(numbers.paired_table(found, asked.both, assessments, several))
    costs = [cost(system) for system in comparison.aligned.systems if system.kind == "consensus"]
    if costs:
        st.caption(" ".join(costs))


def _replacing(chosen: Choice, aligned: Aligned, both: tuple[System, System], label: str, title: str) -> None:
    """Thresholds belong to a version: what happens where one of the two takes the other's place."""
    if not (both[0].scored and both[1].scored):
        return
    taken = st.expander("If the first takes the second's place", on_change="rerun", key="compare-versions")
    if taken.open:
        with taken:
            versions.show(aligned, computed.validation(chosen), both, label, title)


def _first_disease(aligned: Aligned) -> str:
    cards = installed().cards
    absent = {
        label.name for system in aligned.systems if system.id in cards for label in cards[system.id].labels
        if label.absence
    }  # fmt: skip
    return next((label for label in aligned.labels if label not in absent), aligned.labels[0])


page()
