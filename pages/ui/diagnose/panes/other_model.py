"""The open image by another model: its answer, asked for after that of the chosen one, and its heat map."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from meddx.errors import Refused
from meddx.evaluate.paired.common_labels import card_labels, common_labels
from meddx.explain.map_record import first_method
from meddx.explain.methods import METHODS
from meddx.model.card import Card, Label
from meddx.types import Explanation, Prediction, Refusal
from pages.ui.common.language.formatting import paragraph, probability
from pages.ui.common.language.language import _
from pages.ui.common.language.translated import translated
from pages.ui.common.map_records import usable_map_record
from pages.ui.common.session import Session, SessionCase
from pages.ui.common.viewer import image_viewer
from pages.ui.diagnose.findings.findings_panel import default_label, finding_status, score_title
from pages.ui.diagnose.heat_map import map_requests
from pages.ui.diagnose.map_check import quick_check_panel
from pages.ui.diagnose.record import asking, known_beside

_POLL_SECONDS = 0.4


@dataclass(frozen=True)
class OtherAnswer:
    """Hold what the viewer shows of another model's answer: a heat map, or the message why there is none (yet).

    checking: whether that map is being checked now.
    """

    overlay: dict[str, Any] | None = None
    message: str = ""
    checking: bool = False


def ask_models(images: Session, case: SessionCase, cards: Sequence[Card]) -> bool:
    """Request the image and the models' answers, one after the other; return whether any is still to come."""
    return any(asking.ask_answer(images, case, card) for card in cards)


def render_other_answer(
    images: Session, case: SessionCase, card: Card, chosen: Card, label: str, *, pane: int, waits: bool
) -> OtherAnswer:
    """Draw what the card's model says of the open image; return what the viewer must show.

    chosen: card of the first pane's model; label: the one whose heat map that shows, "" for none.
    pane: number of the pane that shows the answer. waits: whether the map of a pane before it is being checked now; a
    new check would cancel that.
    """
    known_beside.derive(images, case, card)
    answer = case.answers.get(case.key(card.key))
    if isinstance(answer, Refusal):
        return OtherAnswer(message=translated(answer.reason))
    if answer is None:
        error = case.errors.get(case.key(card.key))
        return OtherAnswer(message=translated(error) if error else _("The model is reading the image."))
    found = same_label(chosen, label, card) or _label(card, default_label(answer, card))
    st.caption(answer_sentence(answer, found, card))
    explanation = _explanation(case, card, answer)
    if explanation is None:
        st.fragment(_await_map, run_every=_POLL_SECONDS)(case, card, answer)
        return OtherAnswer(message=_("Computing the heat map…"))
    if waits and (*case.key(card.key), found.name, explanation.method) not in case.quick_checks:
        return OtherAnswer(image_viewer.overlay_data(explanation, found, _("Checking…"), withheld=True))
    display = quick_check_panel.render_quick_check(case, card, found, explanation, pane=pane)
    overlay = image_viewer.overlay_data(explanation, found, display.check, withheld=display.withheld)
    return OtherAnswer(overlay, display.message if display.withheld else "", display.checking)


def same_label(chosen: Card, label: str, card: Card) -> Label | None:
    """Return the label of `card` that means what this one of `chosen` does, by code or name; None without one."""
    try:
        common = common_labels([card_labels(chosen), card_labels(card)], {})
    except Refused:
        return None
    for first, second in zip(*common.columns, strict=True):
        if len(second) == 1 and label in {chosen.labels[at].name for at in first}:
            same: Label = card.labels[second[0]]
            return same
    return None


def answer_sentence(answer: Prediction, label: Label, card: Card) -> str:
    """Return the probability of the label, and on which side of its cut-off it lies."""
    shown = _("{label}: {probability}. {status}.").format(
        label=translated(label.title),
        probability=probability(answer.probabilities[label.name]),
        status=finding_status(label, answer, card)[1],
    )
    return paragraph([shown, "" if card.calibration else _("{heading}.").format(heading=score_title(card))])


def _label(card: Card, name: str) -> Label:
    return next(label for label in card.labels if label.name == name)


def _explanation(case: SessionCase, card: Card, answer: Prediction) -> Explanation | None:
    """Return the map by the model's usual method, or the answer's own where that is slow or fails; None until then."""
    method = first_method(usable_map_record(card))
    if method == answer.explanation.method or not METHODS[method].quick:
        return answer.explanation
    state = map_requests.latest_map(case, (*case.key(card.key), method))
    if isinstance(state, Explanation):
        return state
    return answer.explanation if state.ended else None


def _await_map(case: SessionCase, card: Card, answer: Prediction) -> None:
    if _explanation(case, card, answer) is not None:
        st.rerun()
