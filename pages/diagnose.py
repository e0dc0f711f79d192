"""The Diagnose page: upload images, read the model's findings and see the heat map of each."""

import streamlit as st

from meddx.evaluate.estimates import Estimate
from meddx.model.card import Card
from meddx.types import Prediction, Refusal
from pages.ui.common import engine_requests, model_choice, notices, recorded_images
from pages.ui.common.installed_models import installed_models
from pages.ui.common.language.language import _
from pages.ui.common.language.translated import translated
from pages.ui.common.measured_coverage import measured_coverage
from pages.ui.common.model_titles import model_titles
from pages.ui.common.presses import was_pressed
from pages.ui.common.session import RequestKey, Session, SessionCase, session
from pages.ui.common.viewer import image_viewer
from pages.ui.diagnose import (
    arrivals,
    case_address,
    case_context,
    case_exports,
    counterfactual_panel,
    model_proposal,
    ood_warning,
    upload_panel,
)
from pages.ui.diagnose.deidentification import review_panel
from pages.ui.diagnose.deidentification.notices import render_deidentification_notice
from pages.ui.diagnose.findings import findings_panel, opinion_panel, recording
from pages.ui.diagnose.heat_map import heat_map_panel
from pages.ui.diagnose.map_check import map_check_panel, quick_check_panel
from pages.ui.diagnose.model_box import render_model_box
from pages.ui.diagnose.pacs import search_panel
from pages.ui.diagnose.panes import image_panes, layout, pane_address
from pages.ui.diagnose.panes.further_pane import OpenImage
from pages.ui.diagnose.panes.other_model import ask_models
from pages.ui.diagnose.record import asking, known_beside, record_panel, shares_panel, table_upload
from pages.ui.diagnose.tour import tour
from pages.ui.diagnose.worklist import worklist_panel

_WAIT_SECONDS = 1.0
"""An engine that has loaded its models answers within this, so the page waits once before it begins to poll."""
_POLL_SECONDS = 0.4


def page() -> None:
    """Render the page."""
    installed = installed_models()
    if not installed.models:
        notices.render_no_models(installed.refused)
        return
    with st.sidebar:
        card = render_model_box(installed.cards)
        notices.render_engine_state(installed.cards)
    model_choice.render_unknown_model(installed.cards, card)
    case_address.open_requested(card)
    pane_address.open_requested_panes(installed.cards)
    case_address.open_arrived(card)
    pane_address.find_awaited(session())
    case_address.render_missing()
    images = session()
    if review_panel.render_review(images):
        return
    if images.current is None and images.is_arriving:
        st.fragment(_render_arrival, run_every=_POLL_SECONDS)()
        return
    if images.current is None:
        _render_welcome(card, installed.cards)
        return
    known_beside.derive_all(images, card)
    pending = _request(images, images.current, card)  # before the images that are not open
    with st.sidebar:
        worklist_panel.render_worklist(images, card)
        layout.render_layout(images)
        upload_panel.render_drop_zone()
        search_panel.render_pacs_panel(images, compact=True)
        upload_panel.render_sample_buttons(installed.cards, compact=True)
    _render_case(images.current, card, images.current.key(card.key), table_upload.changes())
    case_context.render_case_context(images.current.answers.get(images.current.key(card.key)), card)
    if pending and not asking.ask_briefly(images, images.current, card, _WAIT_SECONDS):
        st.rerun()


def _render_welcome(card: Card, cards: dict[str, Card]) -> None:
    with st.columns([1, 2.4, 1])[1]:
        notices.render_welcome(translated(card.title))
        upload_panel.render_drop_zone()
        search_panel.render_pacs_panel(session(), compact=False)
        upload_panel.render_sample_buttons(cards, compact=False)
        notices.render_storage_notice()
        render_deidentification_notice()
        tour.render_tour()


def _render_arrival() -> None:
    """Say how far the first archive or study of a session is, until its first image is there."""
    images = session()
    arrivals.collect_arrivals(images)
    if images.current is not None or images.asked or not images.is_arriving:
        st.rerun()
    arrivals.render_arrivals(images)


def _request(images: Session, case: SessionCase, card: Card) -> bool:
    """Request image and answer; return whether either is pending. Where the image is drawn already, wait briefly."""
    pending = asking.ask_answer(images, case, card)
    if pending and case.drawn is not None:
        pending = asking.ask_briefly(images, case, card, _WAIT_SECONDS / 4)
    return pending


def _label_to_show(case: SessionCase, answer: Prediction, card: Card) -> str:
    """Return the label that the reader chose; the default where none was, or where the card no longer has it."""
    chosen = case.labels.get(card.id)
    known = [label.name for label in card.labels]
    return chosen if chosen in known else findings_panel.default_label(answer, card)


@st.fragment
def _render_case(case: SessionCase, card: Card, listed: RequestKey, changes: int) -> None:
    """Draw findings and viewer; a fragment, so that choosing a label reruns nothing else.

    listed: key of the answer that the rest of the page is of; it follows where another record has been answered.
    changes: of the table of cases, which concern all images.
    """
    if table_upload.changes() != changes:
        st.rerun()
    images, cards = session(), installed_models().cards
    known_beside.derive(images, case, card)
    before = _arrived(case)
    left, right = st.columns([1.85, 1], gap="small")
    answer = case.answers.get(case.key(card.key))
    overlay = outline = shown = None
    label_name = method = message = ""
    checking = False
    with right.container():
        _render_heading(card, model_titles(cards.values())[card.id], case)
        model_proposal.render_proposal(case, card, cards)
        record_panel.render_record(case, card)
    if not isinstance(answer, Prediction):
        right.empty()  # takes the place of the findings of another film or model now, not when the script ends
    with right.container():
        if isinstance(answer, Prediction):
            coverage = _coverage(card)
            ood_warning.render_warnings(answer, card)
            chosen = findings_panel.render_findings(
                answer,
                card,
                _label_to_show(case, answer, card),
                question=f"{case.id} {case.frame} {card.id}",
                notes=case.drawn[0].notes if case.drawn else (),
                coverage=coverage,
                opinions=opinion_panel.opinions_on(case, card),
            )
            case.labels[card.id] = chosen
            label = next(label for label in card.labels if label.name == chosen)
            shares_panel.render_shares(answer, card, label)
            opinion_panel.render_opinion(case, card, label)
            recording.render_recording(case, card)
            selected = heat_map_panel.render_heat_map(case, card, answer, label)
            label_name, method, message = label.name, selected.method, selected.message
            if selected.explanation is not None:
                display = quick_check_panel.render_quick_check(case, card, label, selected.explanation)
                shown = None if display.withheld else selected.explanation
                overlay = image_viewer.overlay_data(
                    selected.explanation, label, display.check, withheld=display.withheld
                )
                message, checking = display.message if display.withheld else "", display.checking
                map_check_panel.render_map_check(case, card, label, selected.method)
            outline = counterfactual_panel.render_counterfactual(case, card, chosen).get("outline")
            case_exports.render_case_exports(case, card, answer, label, shown, coverage=coverage)
        else:
            _render_no_findings(case, card, answer)
    with left, st.container(key="image"):
        view = case_address.view_address(case, card, label_name, method)
        shows = OpenImage(case, card, label_name, overlay, outline, message, checking)
        image_panes.render_panes(images, shows, view, cards)
        if isinstance(answer, Prediction) and engine_requests.image_error(case) is not None:
            _offer_image_again(case, card)
    asked = [card, *layout.shown_models(images, card, cards)]
    if ask_models(images, case, asked):
        _poll(case, asked, before)
    elif case.key(card.key) != listed or _arrived(case) != before:  # since this was drawn
        st.rerun()


def _coverage(card: Card) -> dict[str, Estimate] | None:
    """Return the observed coverage of the installed model's prediction sets."""
    model = next((model for model in installed_models().models if model.card.id == card.id), None)
    return measured_coverage(model) if model is not None else None


def _render_heading(card: Card, title: str, case: SessionCase) -> None:
    synthetic = case.drawn is not None and case.drawn[0].synthetic
    badges = {_("Synthetic image"): synthetic, _("Synthetic model"): card.synthetic}
    marks = " ".join(f":orange-badge[{badge}]" for badge, applies in badges.items() if applies)
    if case.library and (labels := recorded_images.known_labels(case.library)):
        known = _("Library case, true label: {labels}").format(labels=labels)
        marks += f" :blue-badge[{known}]"
    st.markdown(f"**{title}** &nbsp;:gray[{card.version}]  \n{marks}")


def _offer_image_again(case: SessionCase, card: Card) -> None:
    """Offer to ask for an image that the engine did not draw, although it answered."""
    if was_pressed(st.button, _("Read the image again"), key=f"read again {case.id}"):
        engine_requests.retry(case, card.key)
        st.rerun()


def _render_no_findings(case: SessionCase, card: Card, answer: Refusal | None) -> None:
    error = case.errors.get(case.key(card.key))
    if case.unreadable is not None:
        notices.render_refusal(case.unreadable, readable=False)
    elif answer is not None:
        notices.render_refusal(answer, readable=True)
    elif error is not None:
        notices.render_notice("error", _("The model did not answer"), translated(error))
        if was_pressed(st.button, _("Try again"), key=f"answer again {case.id}"):
            engine_requests.retry(case, card.key)
            st.rerun()
    else:
        notices.render_waiting()


def _arrived(case: SessionCase) -> tuple[bool, bool, int, int]:
    """Return what changes whenever the engine has said something of the image."""
    return case.drawn is not None, case.unreadable is not None, len(case.answers), len(case.errors)


@st.fragment(run_every=_POLL_SECONDS)
def _poll(case: SessionCase, cards: list[Card], before: tuple[bool, bool, int, int]) -> None:
    """Draw the page anew when one of the models has answered. before: what had arrived when it was drawn."""
    if not ask_models(session(), case, cards) or _arrived(case) != before:
        st.rerun()


page()
