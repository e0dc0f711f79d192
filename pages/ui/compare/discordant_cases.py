"""List the cases in which only one of two systems is correct, and show the selected image with both."""

from collections.abc import Mapping, Sequence

import streamlit as st

from meddx.evaluate.paired.alignment import Aligned
from meddx.evaluate.paired.discordant_cases import DiscordantCase, discordant_cases
from meddx.evaluate.paired.system import System
from meddx.model.card import Card
from meddx.types import Refusal
from pages.ui.common import notices, recorded_images
from pages.ui.common.installed_models import installed_models
from pages.ui.common.language.formatting import paragraph, probability
from pages.ui.common.language.language import N_, _, number
from pages.ui.common.presses import was_pressed
from pages.ui.common.session import SessionCase
from pages.ui.compare import side_by_side, system_titles
from pages.ui.compare.system_titles import title_of
from pages.ui.evaluate.case_list import MAX_LISTED

_OPEN = "compare-open"
ALL, FIRST, SECOND = N_("All"), "Only the first correct", "Only the second correct"


def render_discordant_cases(
    aligned: Aligned, pair: tuple[System, System], label: str | None, titles: Mapping[str, str]
) -> None:
    """Draw the table, the most confident errors first; a selected case is shown below with the models' heat maps.

    label: one label, None for all together. titles: label -> title.
    """
    a, b = pair
    cases = discordant_cases(aligned, a.id, b.id, label)
    label_titles = system_titles.with_absence(titles)
    st.write(discordant_sentence(cases, pair, len(aligned)))
    if not cases:
        return
    only = _("Only {system} correct")
    filters = {ALL: _(ALL), FIRST: only.format(system=title_of(a)), SECOND: only.format(system=title_of(b))}
    selected = st.segmented_control(
        _("Which cases"), list(filters), default=ALL, required=True, format_func=filters.__getitem__,
        key="compare-which", label_visibility="collapsed",
    )  # fmt: skip
    rows = [one for one in cases if selected == ALL or one.a_is_right == (selected == FIRST)]
    if not rows:
        st.write(_("No such cases."))
        return
    if len(rows) > MAX_LISTED:
        told = _("The first {listed} of {n}; the export holds all.")
        st.caption(told.format(listed=number(MAX_LISTED), n=number(len(rows))))
    rows = rows[:MAX_LISTED]
    of = f"{a.digest} {b.digest}"
    key = f"compare-cases {of} {label} {selected}"
    st.dataframe(
        discordant_table(rows, pair, label_titles), key=key, on_select=lambda: _open_selected(key, of, rows),
        selection_mode="single-row", hide_index=True, height=min(36 * (len(rows) + 1) + 2, 330),
    )  # fmt: skip
    if was_pressed(st.button, _("Open the first case"), key="compare-first-case"):
        st.session_state[_OPEN] = (of, rows[0].case)
    opened = next((one for one in cases if (of, one.case) == st.session_state.get(_OPEN)), None)
    if opened is not None:
        _render_case(pair, opened, label_titles)


def discordant_sentence(cases: Sequence[DiscordantCase], pair: tuple[System, System], n: int) -> str:
    """Return how many of `n` cases only one system got right, for each of the two."""
    a, b = pair
    only_a = sum(one.a_is_right for one in cases)
    told = _("{n} of {all} cases: only {system} is correct in {first}, only {other} in {second}.").format(
        n=number(len(cases)),
        all=number(n),
        system=title_of(a),
        first=number(only_a),
        other=title_of(b),
        second=number(len(cases) - only_a),
    )
    return paragraph([told, _("The most confident errors come first.")] if cases else [told])


def discordant_table(
    cases: Sequence[DiscordantCase], pair: tuple[System, System], titles: Mapping[str, str]
) -> list[dict[str, str]]:
    """Return the rows of the table. titles: label, or "no LABEL" -> title."""
    (a, b), predicted = pair, _("Predicted by {system}")
    return [
        {
            _("Case"): one.case,
            _("True label"): titles[one.truth],
            _("Correct"): title_of(a) if one.a_is_right else title_of(b),
            predicted.format(system=title_of(a)): _prediction(titles[one.called_a], one.sure_a, a),
            predicted.format(system=title_of(b)): _prediction(titles[one.called_b], one.sure_b, b),
        }
        for one in cases
    ]


def _prediction(title: str, p: float, system: System) -> str:
    """Return a prediction with its probability; readers and majority votes give none."""
    return _("{label}, {p}").format(label=title, p=probability(p)) if system.scored else title


def _open_selected(key: str, of: str, rows: Sequence[DiscordantCase]) -> None:
    """Open the selected row. of: names the two systems, since another pair may have a case of the same name."""
    selection = st.session_state[key]["selection"]["rows"]
    if selection:
        st.session_state[_OPEN] = (of, rows[selection[0]].case)


def _render_case(pair: tuple[System, System], discordant: DiscordantCase, titles: Mapping[str, str]) -> None:
    cards = [installed_models().cards[system.id] for system in pair if system.kind == "model"]
    heading = _("{case}: true label {label}").format(case=discordant.case, label=titles[discordant.truth])
    st.subheader(heading, anchor=False)
    if not cards:
        notices.render_notice("refused", _("No heat maps"), _("Neither of the two systems is an installed model."))
        return
    case = _image(discordant.case, cards[0].id)
    if isinstance(case, Refusal):
        notices.render_notice("refused", _("Image not available"), case.reason)
        return
    side_by_side.render_side_by_side(case, cards, first=disputed_label(discordant, cards[0]))


def disputed_label(discordant: DiscordantCase, card: Card) -> str | None:
    """Return the disease that the systems disagree on: that of the wrong prediction, else the true one, else None."""
    wrong = discordant.called_b if discordant.a_is_right else discordant.called_a
    diseases = [label.name for label in card.labels if not label.absence]
    return next((name for name in (wrong, discordant.truth) if name in diseases), None)


def _image(name: str, model: str) -> SessionCase | Refusal:
    """Return the image of a recorded case, with all that is known of it while it is the open one.

    Data sets may name their cases alike, so that only the content tells whether it is the same image.
    """
    stored = recorded_images.recorded_image(model, name)
    if isinstance(stored, Refusal):
        return stored
    previous = st.session_state.get("compare-image")
    if isinstance(previous, SessionCase) and (previous.name, previous.data, previous.frame) == (
        name, stored.data, stored.frame,
    ):  # fmt: skip
        return previous
    case = SessionCase(name, stored.data, frame=stored.frame)
    st.session_state["compare-image"] = case
    return case
