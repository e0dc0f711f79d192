"""What a reader may see of a heat map: no colour before its quick check has passed, unless asked for."""

from dataclasses import dataclass
from html import escape

import streamlit as st

from meddx.explain.colour_scale import shows_evidence
from meddx.explain.map_check.check_words import (
    LIMITS_OF_OTHERS,
    NOTHING_MARKED,
    NOTHING_MARKED_RULE,
    check_title,
    check_word,
)
from meddx.model.card import Card, Label
from meddx.types import Explanation, JobStatus, MapCheck, Refusal
from pages.ui.common import notices
from pages.ui.common.default_method import method_note
from pages.ui.common.language.formatting import paragraph
from pages.ui.common.language.language import N_, _
from pages.ui.common.language.translated import translated
from pages.ui.common.map_records import usable_map_record
from pages.ui.common.passing_maps import NONE_FOR_MODEL, mostly_failing, mostly_failing_sentence
from pages.ui.common.session import MapCheckKey, SessionCase
from pages.ui.diagnose.map_check.quick_check_requests import latest_quick_check
from pages.ui.diagnose.map_check.verdict_text import reason_text

SHOW_ANYWAY = N_("Show it anyway")
_TITLES = (
    N_("Quick check passed"), N_("Quick check unclear"), N_("Quick check failed"),
    N_("Check passed"), N_("Check unclear"), N_("Check failed"),
)  # fmt: skip
"""What check_title returns."""
UNCHECKED = N_("Not checked")
NONE_FOR_FINDING = N_("No reliable heat map for this finding")
_POLL_SECONDS = 0.2


@dataclass(frozen=True)
class MapDisplay:
    """Hold what the viewer shows of a map.

    check: how its check stands, for the legend. withheld: whether no colour is drawn; message: over the image then.
    checking: whether the check runs now, and is asked how far it is.
    """

    check: str = ""
    withheld: bool = False
    message: str = ""
    checking: bool = False


def render_quick_check(
    case: SessionCase, card: Card, label: Label, explanation: Explanation, *, pane: int = 0
) -> MapDisplay:
    """Check the label's map, draw why it is withheld and the button that shows it; return what the viewer must show.

    pane: number of the pane that the map is in, 0 for the first.
    """
    if not shows_evidence(explanation, label.name):
        return MapDisplay()
    key = (*case.key(card.key), label.name, explanation.method)
    full = case.map_checks.get(key)
    if full is not None and isinstance(full.result, MapCheck):
        return _checked(case, pane, card, explanation.method, full.result)
    recorded = mostly_failing(usable_map_record(card))
    if recorded is not None and not case.shows_unreliable_maps:
        return _withheld(case, pane, _(UNCHECKED), _(NONE_FOR_MODEL), mostly_failing_sentence(recorded))
    status = latest_quick_check(case, key, explanation)
    if not status.ended:
        st.fragment(_poll, run_every=_POLL_SECONDS)(case, key, explanation)
        return MapDisplay(_("Checking…"), not case.shows_unreliable_maps, _("Checking the heat map…"), checking=True)
    if isinstance(status.result, MapCheck):
        return _checked(case, pane, card, explanation.method, status.result)
    return _unchecked(case, pane, status)


def _poll(case: SessionCase, key: MapCheckKey, explanation: Explanation) -> None:
    if latest_quick_check(case, key, explanation).ended:
        st.rerun()
    text = _("Checking the heat map")
    st.html(f'<p class="progress-panel" role="status"><i></i>{escape(text)}</p>')


def _checked(case: SessionCase, pane: int, card: Card, method: str, check: MapCheck) -> MapDisplay:
    line = _("{check}: {reason}").format(check=_(check_title(check)), reason=reason_text(check))
    sentence = paragraph([_("{heading}.").format(heading=line), translated(check.caution)])
    if not check.calibrated:
        line = paragraph([_("{heading}.").format(heading=line), translated(LIMITS_OF_OTHERS)])
    if check_word(check) == "failed":
        return _withheld(case, pane, line, _(NONE_FOR_FINDING), sentence)
    if check_word(check) == "passed":
        sentence = paragraph([sentence, _(method_note(card, method, check))])
    st.html(f'<div class="map-sentences"><p>{escape(sentence)}</p></div>')
    return MapDisplay(line)


def _unchecked(case: SessionCase, pane: int, status: JobStatus) -> MapDisplay:
    if isinstance(status.result, Refusal) and status.result.rule == NOTHING_MARKED_RULE:
        return MapDisplay(translated(NOTHING_MARKED.capitalize()))
    return _withheld(case, pane, _(UNCHECKED), _("The heat map could not be checked"), translated(status.message))


def _withheld(case: SessionCase, pane: int, check: str, title: str, reason: str) -> MapDisplay:
    """Draw why no colour is shown and the button that shows it; only the reason once the reader has asked for it."""
    notices.render_notice("error", title, reason)
    if case.shows_unreliable_maps:
        return MapDisplay(check)
    st.button(_(SHOW_ANYWAY), key=f"show anyway {case.id} {pane}", on_click=_show_anyway, args=(case,))
    return MapDisplay(check, withheld=True, message=_("{title}.").format(title=title))


def _show_anyway(case: SessionCase) -> None:
    case.shows_unreliable_maps = True
