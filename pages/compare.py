"""Compare systems on the same cases: metrics with paired tests, curves, discordant cases and agreement."""

from collections.abc import Mapping
from functools import partial
from html import escape

import streamlit as st

from meddx.errors import Refused
from meddx.evaluate.cautions import MANY_LOOKS
from meddx.evaluate.paired.alignment import Aligned
from meddx.evaluate.paired.consensus import cost
from meddx.evaluate.paired.non_inferiority import non_inferiority
from meddx.evaluate.paired.system import System
from meddx.types import JobStatus
from pages.ui.common import glossary, notices
from pages.ui.common.installed_models import installed_models
from pages.ui.common.language.choice_boxes import radio_buttons
from pages.ui.common.language.formatting import listed, paragraph
from pages.ui.common.language.language import N_, _
from pages.ui.common.language.translated import translated
from pages.ui.common.sections import sections
from pages.ui.compare import (
    agreement_tables,
    cached_results,
    comparison_job,
    comparison_options,
    curve_charts,
    discordant_cases,
    exports,
    heat_maps,
    one_image,
    paired_table,
    styles,
    system_picker,
    system_titles,
    version_replacement,
)
from pages.ui.compare.comparison_options import ComparisonOptions
from pages.ui.compare.system_picker import SystemChoice

TEST_SET_VIEW, ONE_IMAGE_VIEW = N_("Test set"), N_("One image")


def page() -> None:
    """Draw the page. A test set is compared from recorded predictions; one image runs the models."""
    st.html(styles.COMPARE_STYLE)
    cards = installed_models().cards
    with st.sidebar:
        view = radio_buttons(
            _("Compare on"), [TEST_SET_VIEW, ONE_IMAGE_VIEW], format_func=_, key="compare-view", horizontal=True
        )
        choice = system_picker.pick_systems() if view == TEST_SET_VIEW else None
        models = one_image.render_sidebar(cards) if view == ONE_IMAGE_VIEW else []
        notices.render_engine_state(cards)
    if view == ONE_IMAGE_VIEW:
        title = escape(_("One image, several models"))
        st.html(f'<h1 class="card-title">{title}</h1>')
        one_image.render_one_image(cards, models)
        return
    if choice is None:
        notices.render_notice(
            "refused",
            _("Nothing to compare"),
            _("No two installed models share test cases. Upload scores of another system in the sidebar."),
        )
        return
    try:
        aligned = cached_results.aligned_systems(choice)
    except Refused as refused:
        notices.render_notice("refused", _("These systems cannot be compared"), refused.reason)
        return
    _test_set(choice, aligned)


def _test_set(choice: SystemChoice, aligned: Aligned) -> None:
    st.html(paired_table.comparison_heading(aligned))
    for sentence in paired_table.left_out_sentences(aligned):
        st.caption(sentence)
    raw = [system_titles.title_of(system) for system in aligned.systems if not system.is_calibrated]
    if raw:
        told = _("Not calibrated here: {systems}. Its numbers are raw scores, not probabilities of disease.")
        st.caption(told.format(systems=listed(raw)))
    english = system_titles.label_titles_of(aligned)
    titles = system_titles.drawn_titles(english)
    options = comparison_options.ask_options(aligned, titles)
    label = options.label or _first_disease(aligned)
    with sections("compare"):
        with st.container():
            is_compared = _difference(choice, options)
        with st.container():
            st.header(_("Curves: {label}").format(label=titles[label]), anchor=False)
            curve_charts.render_curves(aligned, label, titles[label])
        with st.container():
            _discordance(aligned, options, titles)
        with st.container():
            heat_maps.render_compared_heat_maps(aligned.systems, titles)
    _replacement(choice, aligned, options.pair, label, titles[label])
    if is_compared:
        exports.render_comparison_exports(choice, aligned, options, english)


def _discordance(aligned: Aligned, options: ComparisonOptions, titles: Mapping[str, str]) -> None:
    st.header(_("Discordant cases"), anchor=False, help=glossary.meaning("discordant case"))
    if options.label is None and not aligned.exclusive:
        st.write(
            _("Choose a label above. A case can have several of these labels, so each label is compared by itself.")
        )
        return
    discordant_cases.render_discordant_cases(aligned, options.pair, options.label, titles)
    st.header(_("Agreement"), anchor=False, help=glossary.meaning("agreement"))
    st.html(
        agreement_tables.subgroup_agreement(aligned, options.pair, options.label, titles)
        + agreement_tables.fleiss_sentence(aligned, options.label)
    )


def _difference(choice: SystemChoice, options: ComparisonOptions) -> bool:
    """Draw the summary sentence with its options, and the paired table; False while they are not compared yet."""
    left, right = st.columns([1, 2.2], gap="medium")
    with left:
        options.specificity = comparison_options.ask_specificity(options)
    comparison = comparison_job.comparison(choice, options.label, options.specificity)
    if isinstance(comparison, JobStatus):
        again = partial(comparison_job.comparison, choice, options.label, options.specificity)
        with right:
            comparison_job.render_comparison_progress(comparison, again)
        return False
    differences = comparison.of(options.pair[0].id, options.pair[1].id, options.label)
    assessments = [cached_results.assessed_system(choice, system.id) for system in options.pair]
    with left:
        comparison_options.ask_summary(options, differences)
    quoted = differences[options.metric]
    with right:
        margins = non_inferiority(quoted, options.margin) if options.margin and quoted.defined else ()
        labels = system_titles.label_titles_of(comparison.aligned)
        st.html(paired_table.summary_html(quoted, comparison, margins, labels))
    several = len(comparison.aligned.systems) > 2
    st.html(paired_table.paired_table(differences, options.pair, assessments, several))
    for sentence in paired_table.disagreement_sentences(differences):
        st.caption(sentence)
    st.caption(translated(MANY_LOOKS))
    costs = [cost(system) for system in comparison.aligned.systems if system.kind == "consensus"]
    if costs:
        st.caption(paragraph(translated(one) for one in costs))
    return True


def _replacement(choice: SystemChoice, aligned: Aligned, pair: tuple[System, System], label: str, title: str) -> None:
    """Draw what happens to thresholds where the first system replaces the second; only systems with probabilities."""
    new, old = pair
    if not (new.scored and old.scored and new.has_thresholds and old.has_thresholds):
        return
    section = st.expander(
        _("Effect of replacing {old} with {new}").format(
            old=system_titles.title_of(old), new=system_titles.title_of(new)
        ),
        on_change="rerun",
        key=f"compare-versions {old.id} {new.id}",
    )
    if section.open:
        with section:
            version_replacement.render_version_replacement(
                aligned, cached_results.aligned_validation(choice), pair, label, title
            )


def _first_disease(aligned: Aligned) -> str:
    cards = installed_models().cards
    absent = {
        label.name for system in aligned.systems if system.id in cards for label in cards[system.id].labels
        if label.absence
    }  # fmt: skip
    return next((label for label in aligned.labels if label not in absent), aligned.labels[0])


page()
