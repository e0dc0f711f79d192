"""The panes: the open image in the first one, and in the others what the reader has chosen to stand beside it."""

from collections.abc import Mapping
from functools import partial
from html import escape

import streamlit as st

from meddx.model.card import Card
from pages.ui.common.model_titles import model_titles
from pages.ui.common.session import Session, SessionCase
from pages.ui.common.viewer import image_viewer
from pages.ui.common.viewer.kept_measures import keep_measures, kept_measures
from pages.ui.diagnose.case_frames import follow_stack, frames_of, stack_url
from pages.ui.diagnose.deidentification.notices import masked_outline, render_masked
from pages.ui.diagnose.missing_image import missing_image_text
from pages.ui.diagnose.panes.further_pane import OpenImage, render_further_pane, turn_pane, viewer_key
from pages.ui.diagnose.panes.layout import viewer_group
from pages.ui.diagnose.panes.pane_address import panes_parameter
from pages.ui.diagnose.panes.pane_choices import image_title
from pages.ui.diagnose.worklist.studies import Entry, stack_of


def render_panes(images: Session, first: OpenImage, view: Mapping[str, str], cards: Mapping[str, Card]) -> None:
    """Draw the panes; open another frame of the open image where the reader has turned to it.

    view: query parameters of the open image. cards: by id, all models that are installed.
    """
    for number in range(1, images.layout):  # before the address is made, which says what each shows
        turn_pane(images, number)
    _turn(images, first)
    address: dict[str, str | list[str]] = {**view, **panes_parameter(images)}
    with st.container(key=f"panes-{images.layout}"):
        with st.container():
            _render_first(images, first, address, cards)
        checking = first.checking
        for number in range(1, images.layout):
            with st.container():
                checking |= render_further_pane(images, number, first, cards, waits=checking)
    render_masked(first.case)


def _turn(images: Session, first: OpenImage) -> None:
    """Open the frame that the reader has turned to, in the first pane or where another model shows the same image."""
    frames = frames_of(images, first.case)[0]
    shown = first.case, first.case.frame

    def turn(case: SessionCase, frame: int) -> None:
        if (case, frame) != shown:
            case.turn_to(frame)
            images.open(case)

    panes = [0, *(number for number in range(1, images.layout) if images.further_panes[number - 1].stack is None)]
    turned = [follow_stack(images.stack, frames, viewer_key(number), turn) for number in panes]
    if any(turned) and (images.current, images.current and images.current.frame) != shown:
        st.rerun()


def _render_first(
    images: Session, first: OpenImage, address: Mapping[str, str | list[str]], cards: Mapping[str, Card]
) -> None:
    case = first.case
    if images.layout > 1:
        model = model_titles(cards.values())[first.card.id]
        title = " · ".join((image_title(images, Entry(stack_of(images.cases, case))), model))
        st.html(f'<p class="pane-title">{escape(title)}</p>')
    image, url = case.drawn or (None, "")
    frames, shown = frames_of(images, case)
    stack = stack_url(images, frames)
    image_viewer.render_viewer(
        image,
        url,
        frames[0][0].id,
        first.overlay,
        "" if stack and image is None and case.unreadable is None else _message(first),
        outline=first.outline or masked_outline(case),
        frame=shown,
        frames=len(frames),
        stack=stack,
        address=address,
        focus=images.uploads,
        group=viewer_group(images, 0),
        measures=kept_measures(frames),
        keep_measures=partial(keep_measures, images),
    )


def _message(first: OpenImage) -> str:
    case = first.case
    if case.drawn is not None:
        return first.message
    return missing_image_text(case)
