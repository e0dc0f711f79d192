"""Compare: which model to trust, on the same cases, and whether the difference is real."""

import streamlit as st

from meddx.errors import Refused
from meddx.evaluate.paired.alignment import Aligned
from meddx.evaluate.paired.compare import questions
from meddx.evaluate.paired.noninferiority import non_inferiority
from meddx.evaluate.paired.system import System
from pages.ui import states
from pages.ui.compare import choice, computed, curves, differ, export, film_view, groups, look, numbers, versions
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
        asked = film_view.sidebar(cards, tuple(cards)[:2]) if view == ONE_FILM else []
        states.engine_line()
    if view == ONE_FILM:
        st.html('<h1 class="card-title">One film, several models</h1>')
        film_view.show(cards, asked)
        return
    if chosen is None:
        states.panel("refused", "Nothing to compare", "No two installed models were tested on the same cases.")
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
    both, label = _question(aligned)
    _difference(chosen, both, label)
    of_label = label or _first_disease(aligned)
    st.subheader(f"Curves: {of_label}", anchor=False)
    curves.show(aligned, of_label)
    st.subheader("Where they differ", anchor=False)
    if label is None and not aligned.exclusive:
        st.write("Choose a label above: these labels do not exclude each other, so an answer is right label by label.")
    else:
        differ.show(aligned, both, label)
        st.subheader("Agreement", anchor=False)
        st.html(groups.subgroups(aligned, both[0].id, both[1].id, label))
    if both[0].scored and both[1].scored:
        taken = st.expander("If the first takes the second's place", on_change="rerun", key="compare-versions")
        if taken.open:
            with taken:
                versions.show(aligned, computed.validation(chosen), both[1], both[0], of_label)
    st.download_button(
        "Export CSV", lambda: export.as_csv(chosen), file_name="comparison.csv", mime="text/csv", on_click="ignore"
    )


def _question(aligned: Aligned) -> tuple[tuple[System, System], str | None]:
    """Which two, and of which label."""
    known = {system.id: system for system in aligned.systems}
    names = list(known)
    pairs = [(a, b) for at, a in enumerate(names) for b in names[at + 1 :]]
    pair = pairs[0]
    if len(pairs) > 1:
        words = {f"{a} {b}": f"{known[a].title} against {known[b].title}" for a, b in pairs}
        picked = st.selectbox("Which two", list(words), format_func=words.__getitem__, key="compare-pair")
        pair = pairs[list(words).index(picked)]
    asked = questions(aligned)
    label = asked[0]
    if len(asked) > 1:
        titles = {one or "": one or "All labels" for one in asked}
        picked = st.segmented_control(
            "Label", list(titles), default=asked[0] or "", required=True, format_func=titles.__getitem__,
            key=f"compare-label {aligned.labels}", label_visibility="collapsed",
        )  # fmt: skip
        label = picked or None
    return (known[pair[0]], known[pair[1]]), label


def _difference(chosen: Choice, both: tuple[System, System], label: str | None) -> None:
    with st.spinner("Comparing…", show_time=False):
        comparison = computed.compared(chosen, label)
        found = comparison.of(both[0].id, both[1].id, label)
        assessments = [computed.assessed(chosen, system.id) for system in both]
    left, right = st.columns([1, 2.2], gap="medium")
    with left:
        metrics = [one.metric for one in numbers.ordered(found)]
        metric = st.selectbox("Metric to quote", metrics, format_func=numbers.metric_title, key="compare-metric")
        margin = st.number_input(
            "Non-inferiority margin", 0.0, 1.0, 0.0, 0.005, format="%.3f", key="compare-margin",
            help="How much worse is still acceptable, in the metric's units. Set it before you look. 0: not asked.",
        )  # fmt: skip
    one = found[metric]
    with right:
        st.html(numbers.quote(one, comparison, non_inferiority(one, margin) if margin > 0 and one.defined else ()))
    several = len(comparison.aligned.systems) > 2
    st.html(numbers.paired_table(found, both, assessments, several))
    costs = [_cost(system) for system in comparison.aligned.systems if system.kind == "consensus"]
    if costs:
        st.caption(" ".join(costs))


def _cost(system: System) -> str:
    known = f"{system.parameters:,} parameters" if system.parameters is not None else "unknown parameters"
    return f"{system.title} costs every one of them for each film: {known} in all."


def _first_disease(aligned: Aligned) -> str:
    card = installed().cards.get(aligned.systems[0].id)
    absent = {label.name for label in card.labels if label.absence} if card else set()
    return next((label for label in aligned.labels if label not in absent), aligned.labels[0])


page()
