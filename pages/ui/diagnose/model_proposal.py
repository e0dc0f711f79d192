"""Propose the model that fits the open image, by what its file states and its pixels look like; never switch by itself.

Nothing is asked of other models while the chosen one fits.
"""

from collections.abc import Mapping

import streamlit as st

from meddx.model.card import Card
from meddx.model.fitting_models import Proposal, StatedFacts, doubts, fitting_models, proposed
from meddx.types import DrawableImage, ImageHeader, Prediction
from pages.ui.common import engine_requests, model_choice, notices
from pages.ui.common.language.language import N_, _
from pages.ui.common.model_titles import model_titles
from pages.ui.common.presses import was_pressed
from pages.ui.common.session import SessionCase, session
from pages.ui.diagnose.record import asking

MOST_ASKED = 8
"""Models whose training images the pixels are compared with, one after the other until one is proposed."""
_POLL_SECONDS = 0.5
_PROPOSAL = "proposal"
_ATTRIBUTES = {
    "Modality": N_("modality"),
    "BodyPartExamined": N_("body part"),
    "ViewPosition": N_("view"),
    "PatientAge": N_("age"),
    "PatientSex": N_("sex"),
}


def render_proposal(case: SessionCase, card: Card, cards: Mapping[str, Card]) -> None:
    """Draw the model that is proposed instead of the chosen one, why, and a button; nothing where the chosen one fits.

    card: the chosen one; cards: by id, all that are installed.
    """
    if not engine_requests.is_settled(case, card.key) or case.drawn is None:
        return
    if case.header is None:
        _read_header(case)
        return
    facts = stated_facts(case.header, case.drawn[0])
    fitting = fitting_models(cards.values(), facts)
    alike = {card.id: is_alike(case, card)}
    if not doubts(card, fitting, alike, colour=facts.colour):
        return
    for one in [one for one in fitting if one.card.id != card.id][:MOST_ASKED]:
        if not engine_requests.is_settled(case, one.card.key):
            _ask(case, one.card)
            return
        alike[one.card.id] = is_alike(case, one.card)
        if (found := proposed(card, [one], alike)) is not None:
            with st.container(key=_made_for(card)):
                _draw(found, model_titles(cards.values())[found.card.id])
            return


def hide_former_proposals(card: Card) -> None:
    """Hide what was proposed in the place of another model: it stays on the page until the answer of this one is there.

    card: the chosen one.
    """
    st.html(f'<style>[class*="st-key-{_PROPOSAL}-"]:not(.st-key-{_made_for(card)}) {{ display: none; }}</style>')


def stated_facts(header: ImageHeader, image: DrawableImage) -> StatedFacts:
    """Return what a file states of its image and its patient."""
    return StatedFacts(
        image.format,
        image.modality,
        image.body_part,
        image.view,
        header.age_years,
        header.sex or None,
        image.synthetic,
        image.channels == 3,
    )


def is_alike(case: SessionCase, card: Card) -> bool | None:
    """Return whether the pixels are like the model's training images, None where that is not known or not measured."""
    answer = case.answers.get(case.key(card.key))
    if not isinstance(answer, Prediction) or answer.ood is None:
        return None
    return not answer.ood.is_outside


def reason(found: Proposal) -> str:
    """Return why the model is proposed, one sentence."""
    names = _(", ").join(_(_ATTRIBUTES[name]) for name in found.stated)
    if names and found.alike:
        said = _("What the file states ({attributes}) suits this model, and its pixels look like the training images.")
        return said.format(attributes=names)
    if names:
        said = _("What the file states ({attributes}) suits this model; whether its pixels do was not measured.")
        return said.format(attributes=names)
    return _("The pixels look like the images that this model learned from; the file does not state what it shows.")


@st.fragment(run_every=_POLL_SECONDS)
def _read_header(case: SessionCase) -> None:
    """Wait for what the file says of its patient."""
    engine_requests.request_headers(session(), case)
    if case.header is not None:
        st.rerun()


@st.fragment(run_every=_POLL_SECONDS)
def _ask(case: SessionCase, card: Card) -> None:
    """Ask one more model about the image until it has answered."""
    asking.ask_answer(session(), case, card)
    if engine_requests.is_settled(case, card.key):
        st.rerun()
    st.caption(_("Looking for a model that fits this image…"))


def _made_for(card: Card) -> str:
    """Return the key of what is proposed in the place of this model, a CSS class."""
    return f"{_PROPOSAL}-{card.id}"


def _draw(found: Proposal, model: str) -> None:
    """Draw the proposal. model: the title."""
    notices.render_notice("info", _("Another model may fit: {model}").format(model=model), reason(found))
    if was_pressed(st.button, _("Use {model}").format(model=model), key=f"use {found.card.id}"):
        model_choice.choose_model(found.card.id)
        st.rerun()
