"""Compare: which model to trust, on the same cases, and whether the difference is real."""

import streamlit as st

from meddx.errors import Refused
from meddx.evaluate.paired.alignment import Aligned
from meddx.evaluate.paired.consensus import cost
from meddx.evaluate.paired.non_inferiority import non_inferiority
from meddx.evaluate.paired.system import System
from pages.ui.common import notices
from pages.ui.common.installed_models import installed_models
from pages.ui.compare import (
    agreement_tables,
    cached_results,
    comparison_options,
    curve_charts,
    discordant_cases,
    exports,
    one_image,
    paired_table,
    styles,
    system_picker,
    system_titles,
    version_replacement,
)
from pages.ui.compare.comparison_options import ComparisonOptions
from pages.ui.compare.system_picker import SystemChoice

TEST_SET_VIEW, ONE_IMAGE_VIEW = "A test set", "One image"


def page() -> None:
    """The whole page. The test set needs no image on this machine; one image asks the models."""
    st.html(styles.COMPARE_STYLE)
    cards = installed_models().cards
    with st.sidebar:
        view = st.radio("On", [TEST_SET_VIEW, ONE_IMAGE_VIEW], key="compare-view", horizontal=True)
        chosen = system_picker.pick_systems() if view == TEST_SET_VIEW else None
        asked = one_image.render_sidebar(cards) if view == ONE_IMAGE_VIEW else []
        notices.render_engine_state(cards)
    if view == ONE_IMAGE_VIEW:
        st.html('<h1 class="card-title">One image, several models</h1>')
        one_image.render_one_image(cards, asked)
        return
    if chosen is None:
        notices.render_notice(
            "refused",
            "Nothing to compare",
            "No two installed models were tested on the same cases. Bring scores of another system in the sidebar.",
        )
        return
    try:
        aligned = cached_results.aligned_systems(chosen)
    except Refused as refused:
        notices.render_notice("refused", "These cannot be compared", refused.reason)
        return
    _test_set(chosen, aligned)


def _test_set(chosen: SystemChoice, aligned: Aligned) -> None:
    st.html(paired_table.comparison_heading(aligned))
    for sentence in paired_table.left_out_sentences(aligned):
        st.caption(sentence)
    titles = system_titles.label_titles_of(aligned)
    asked = comparison_options.ask_options(aligned, titles)
    _difference(chosen, asked)
    of_label = asked.label or _first_disease(aligned)
    st.subheader(f"Curves: {titles[of_label]}", anchor=False)
    curve_charts.render_curves(aligned, of_label, titles[of_label])
    st.subheader("Where they differ", anchor=False)
    if asked.label is None and not aligned.exclusive:
        st.write("Choose a label above: these labels do not exclude each other, so an answer is right label by label.")
    else:
        discordant_cases.render_discordant_cases(aligned, asked.both, asked.label, titles)
        st.subheader("Agreement", anchor=False)
        both = asked.both[0].id, asked.both[1].id
        st.html(
            agreement_tables.subgroup_agreement(aligned, both, asked.label, titles)
            + agreement_tables.fleiss_sentence(aligned, asked.label)
        )
    _replacing(chosen, aligned, asked.both, of_label, titles[of_label])
    exports.render_comparison_exports(chosen, aligned, asked, titles)


def _difference(chosen: SystemChoice, asked: ComparisonOptions) -> None:
    """The sentence and the table. Asks for the metric, the margin and the specificity beside the sentence."""
    left, right = st.columns([1, 2.2], gap="medium")
    with left:
        asked.specificity = comparison_options.ask_specificity(asked)
    with st.spinner("Comparing…", show_time=False):
        comparison = cached_results.compared_systems(chosen, asked.label, asked.specificity)
        found = comparison.of(asked.both[0].id, asked.both[1].id, asked.label)
        assessments = [cached_results.assessed_system(chosen, system.id) for system in asked.both]
    with left:
        comparison_options.ask_summary(asked, found)
    one = found[asked.metric]
    with right:
        margins = non_inferiority(one, asked.margin) if asked.margin and one.defined else ()
        st.html(paired_table.summary_html(one, comparison, margins, system_titles.label_titles_of(comparison.aligned)))
    several = len(comparison.aligned.systems) > 2
    st.html(paired_table.paired_table(found, asked.both, assessments, several))
    costs = [cost(system) for system in comparison.aligned.systems if system.kind == "consensus"]
    if costs:
        st.caption(" ".join(costs))


def _replacing(chosen: SystemChoice, aligned: Aligned, both: tuple[System, System], label: str, title: str) -> None:
    """Thresholds belong to a version: what happens where one of the two takes the other's place."""
    if not (both[0].scored and both[1].scored):
        return
    taken = st.expander("If the first takes the second's place", on_change="rerun", key="compare-versions")
    if taken.open:
        with taken:
            version_replacement.render_version_replacement(
                aligned, cached_results.aligned_validation(chosen), both, label, title
            )


def _first_disease(aligned: Aligned) -> str:
    cards = installed_models().cards
    absent = {
        label.name for system in aligned.systems if system.id in cards for label in cards[system.id].labels
        if label.absence
    }  # fmt: skip
    return next((label for label in aligned.labels if label not in absent), aligned.labels[0])


page()
