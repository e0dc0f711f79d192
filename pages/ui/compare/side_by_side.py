"""Show one image once for each model with that model's heat map; the viewers move together."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from meddx.errors import Refused
from meddx.evaluate.paired.common_labels import CommonLabels, card_labels, common_labels
from meddx.model.card import Card, Label
from meddx.types import Prediction, Refusal
from pages.ui.common import engine_requests, notices
from pages.ui.common.language.language import _
from pages.ui.common.language.translated import translated
from pages.ui.common.model_titles import model_titles
from pages.ui.common.presses import was_pressed
from pages.ui.common.session import SessionCase, session
from pages.ui.common.viewer import image_viewer
from pages.ui.common.viewer.kept_measures import keep_measures, kept_measures
from pages.ui.compare import finding_agreement
from pages.ui.diagnose import ood_warning
from pages.ui.diagnose.heat_map.map_sentences import strength_sentence
from pages.ui.diagnose.record import asking, known_beside

_POLL_SECONDS = 0.4
_WAIT_SECONDS = 1.0


def render_side_by_side(case: SessionCase, cards: Sequence[Card], first: str | None = None) -> None:
    """Draw image, heat map and findings of every model; request what is missing and rerun when it arrives.

    first: the label whose heat map is shown until the reader chooses another, by its name in the first card.
    """
    waiting = request_models(case, cards)
    if waiting:
        engine_requests.wait_briefly(case, _WAIT_SECONDS)
        waiting = request_models(case, cards)
    _viewers(case, list(cards), first)
    if waiting:
        st.fragment(_poll, run_every=_POLL_SECONDS)(case, cards)


def request_models(case: SessionCase, cards: Sequence[Card]) -> bool:
    """Request the models' predictions one after the other; return whether one is pending."""
    for card in cards:  # first, since only those that none waits for are asked below
        known_beside.derive(session(), case, card)
    return any(asking.ask_answer(session(), case, card) for card in cards)


def _poll(case: SessionCase, cards: Sequence[Card]) -> None:
    before = len(case.answers) + len(case.errors)
    if not request_models(case, cards) or len(case.answers) + len(case.errors) != before:
        st.rerun()


@st.fragment
def _viewers(case: SessionCase, cards: list[Card], first: str | None) -> None:
    """Draw the viewers and findings; choosing a label reruns only this fragment."""
    _turn(case, len(cards))
    if case.unreadable is not None:
        notices.render_refusal(case.unreadable, readable=False)
        if case.frames > 1:
            image_viewer.render_viewer(None, message=_("No image to show."), frame=case.frame, frames=case.frames)
        return
    common = matched_labels(cards)
    labels = _pick_labels(case, cards, common, first)
    answers = [case.answers.get(case.key(card.key)) for card in cards]
    columns, titles = st.columns(len(cards), gap="small"), model_titles(cards)
    for position, (column, card, answer) in enumerate(zip(columns, cards, answers, strict=True)):
        with column:
            st.markdown(f"**{titles[card.id]}** &nbsp;:gray[{card.version}]")
            _image(case, card, answer, labels[position], position)
    answered = [(card, one) for card, one in zip(cards, answers, strict=True) if isinstance(one, Prediction)]
    if len(answered) == len(cards):
        st.html(finding_agreement.probability_bars(cards, [one for _, one in answered], common))
        names = [label.name if label else None for label in labels]
        for sentence in finding_agreement.agreement_sentences(cards, [one for _, one in answered], common, names):
            st.html(f'<p class="verdict">{sentence}</p>')


def matched_labels(cards: Sequence[Card]) -> CommonLabels | None:
    """Return the labels that all models share, by code or name; None where there are none."""
    try:
        return common_labels([card_labels(card) for card in cards], {})
    except Refused:
        return None


def _pick_labels(
    case: SessionCase, cards: list[Card], common: CommonLabels | None, first: str | None
) -> list[Label | None]:
    """Draw the choice of a common label; return it for each model, or each model's most probable disease."""
    if common is None:
        st.caption(_("These models share no label. Each heat map is for the model's own most probable finding."))
        return [_most_probable_disease(case, card) for card in cards]
    of_first = {name: cards[0].labels[own[0]] for name, own in zip(common.names, common.columns[0], strict=True)}
    disease = next((name for name, label in of_first.items() if not label.absence), common.names[0])
    default = first if first in of_first else disease
    picked = st.segmented_control(
        _("Evidence for"),
        list(common.names),
        default=default,
        required=True,
        format_func=lambda name: translated(of_first[name].title),
        key=f"compare-evidence {case.id} {' '.join(card.id for card in cards)}",
    )
    position = common.names.index(str(picked or default))
    return [card.labels[columns[position][0]] for card, columns in zip(cards, common.columns, strict=True)]


def _most_probable_disease(case: SessionCase, card: Card) -> Label | None:
    answer = case.answers.get(case.key(card.key))
    if not isinstance(answer, Prediction):
        return None
    diseases = [label for label in card.labels if not label.absence] or list(card.labels)
    return max(diseases, key=lambda label: answer.probabilities[label.name])


def _image(
    case: SessionCase, card: Card, answer: Prediction | Refusal | None, label: Label | None, position: int
) -> None:
    image, url = case.drawn if case.drawn is not None else (None, "")
    overlay = None
    if isinstance(answer, Prediction) and label is not None:
        overlay = image_viewer.overlay_data(answer.explanation, label)
    group = f"compare {case.id}"
    image_viewer.render_viewer(
        image,
        url,
        case.id,
        overlay,
        "" if image else _("Reading the image…"),
        key=_key(position),
        group=group,
        frame=case.frame,
        frames=case.frames,
        measures=kept_measures([(case, case.frame)]),
        keep_measures=partial(keep_measures, session()),
    )
    if isinstance(answer, Prediction) and label is not None:
        st.caption(strength_sentence(answer.explanation, label))
        ood_warning.render_warnings(answer, card)
    elif isinstance(answer, Refusal):
        notices.render_refusal(answer, readable=True)
    elif (trouble := case.errors.get(case.key(card.key))) is not None:
        notices.render_notice("error", _("No prediction"), trouble)
        if was_pressed(st.button, _("Try again"), key=f"compare-again-{position} {case.id}"):
            engine_requests.retry(case, card.key)
            st.rerun()
    else:
        notices.render_waiting()


def _turn(case: SessionCase, viewers: int) -> None:
    """Turn every viewer to the frame that the reader has chosen in one of them."""
    before = case.frame

    def turn(frame: int) -> None:
        if frame < case.frames:
            case.turn_to(frame)

    for position in range(viewers):
        image_viewer.follow_turn(_key(position), case.id, turn)
    image_viewer.follow_turn("viewer", "", turn)  # of a frame that cannot be drawn
    if case.frame != before:
        st.rerun()


def _key(position: int) -> str:
    return f"compare-image-{position}"
