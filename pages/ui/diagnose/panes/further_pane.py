"""A pane beside the open image: a list that says what it shows, and the viewer of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import streamlit as st

from meddx.model.card import Card
from pages.ui.common import engine_requests
from pages.ui.common.language.choice_boxes import select_box
from pages.ui.common.language.language import _
from pages.ui.common.session import FurtherPane, Session, SessionCase
from pages.ui.common.viewer import image_viewer
from pages.ui.common.viewer.kept_measures import keep_measures, kept_measures
from pages.ui.diagnose.case_frames import follow_stack, frames_of, image_stack, stack_url
from pages.ui.diagnose.deidentification.notices import masked_outline
from pages.ui.diagnose.panes import pane_choices
from pages.ui.diagnose.panes.layout import viewer_group
from pages.ui.diagnose.panes.other_model import render_other_answer


@dataclass(frozen=True)
class OpenImage:
    """Hold what the first pane shows of the open image.

    label: the one whose heat map is shown, "" for none. overlay, outline: as image_viewer.render_viewer takes them.
    message: over the image. checking: whether that map is being checked now.
    """

    case: SessionCase
    card: Card
    label: str = ""
    overlay: dict[str, object] | None = None
    outline: list[list[bool]] | None = None
    message: str = ""
    checking: bool = False

    @property
    def is_coming(self) -> bool:
        """Return whether the image is still being read; nothing else is asked for meanwhile."""
        case = self.case
        return case.drawn is None and case.unreadable is None and engine_requests.image_error(case) is None


def render_further_pane(
    images: Session, number: int, first: OpenImage, cards: Mapping[str, Card], *, waits: bool
) -> bool:
    """Draw pane `number` (1: beside the first) and the list of what it may show; return whether its map is checked now.

    cards: by id, all models that are installed. waits: whether the map of a pane before it is being checked now.
    """
    pane = images.further_panes[number - 1]
    choice = _render_choice(images, pane, number, first, cards)
    case = images.find(pane.case)
    if choice and case is not None:
        _render_image(images, pane, number, case, waits=first.is_coming and pane.stack is None)
    elif choice and pane.model in cards:
        return _render_model(images, number, first, cards[pane.model], waits=waits)
    else:
        message = pane_choices.missing_message(pane) if choice else _("Choose above what this pane shows.")
        image_viewer.render_viewer(None, message=message, key=viewer_key(number), group=viewer_group(images, number))
    return False


def _render_choice(images: Session, pane: FurtherPane, number: int, first: OpenImage, cards: Mapping[str, Card]) -> str:
    shown = pane_choices.chosen_in(pane, images, first.card)
    choices = pane_choices.pane_choices(pane, images, first.card, cards)
    choices.setdefault(shown, pane_choices.missing_title(pane, cards))
    # Another list whenever the page has changed it: what a browser still says of the one before is no choice.
    key = f"choice {number} {first.case.id} {first.card.id} {pane.filled} {hash(tuple(choices.items()))}"
    picked = select_box(
        _("Pane {number}").format(number=number + 1),
        list(choices),
        index=list(choices).index(shown),
        format_func=lambda choice: choices.get(choice, choice),
        key=key,
        label_visibility="collapsed",
    )
    if picked != shown and picked in choices:
        pane_choices.choose(pane, picked, images)
        st.rerun()
    return shown


def _render_image(images: Session, pane: FurtherPane, number: int, case: SessionCase, *, waits: bool) -> None:
    """Draw another image of the session. waits: until the open image is there."""
    group = viewer_group(images, number)
    if waits:
        image_viewer.render_viewer(None, message=_("Reading the image…"), key=viewer_key(number), group=group)
        return
    frames, _place = frames_of(images, case)
    shared = images.stack is not None and images.stack.frames == frames
    pane.stack = stack = image_stack(images.stack if shared else pane.stack, frames)
    shown = next((at for at, one in enumerate(frames) if one == (case, pane.frame)), 0)
    image_viewer.render_viewer(
        None, file=frames[0][0].id, frame=shown, frames=len(frames), stack=stack.url, key=viewer_key(number),
        group=group, measures=kept_measures(frames),
        keep_measures=partial(keep_measures, images),
    )  # fmt: skip


def turn_pane(images: Session, number: int) -> None:
    """Keep the frame that the reader has scrolled to in pane `number`, of another image."""
    pane = images.further_panes[number - 1]
    shown = images.find(pane.case)
    if pane.stack is None or shown is None:
        return

    def turn(case: SessionCase, frame: int) -> None:
        pane.case, pane.frame = case.id, frame

    follow_stack(pane.stack, frames_of(images, shown)[0], viewer_key(number), turn)


def _render_model(images: Session, number: int, first: OpenImage, card: Card, *, waits: bool) -> bool:
    """Draw the open image with the heat map of another model; return whether that is being checked."""
    place = st.container()
    answer = render_other_answer(images, first.case, card, first.card, first.label, pane=number, waits=waits)
    frames, shown = frames_of(images, first.case)
    image, url = first.case.drawn or (None, "")
    with place:
        image_viewer.render_viewer(
            image,
            url,
            frames[0][0].id,
            answer.overlay,
            answer.message,
            outline=masked_outline(first.case),
            frame=shown,
            frames=len(frames),
            stack=stack_url(images, frames),
            key=viewer_key(number),
            group=viewer_group(images, number),
            measures=kept_measures(frames),
            keep_measures=partial(keep_measures, images),
        )
    return answer.checking


def viewer_key(number: int) -> str:
    """Return the key of the viewer of a pane, 0 for the first."""
    return f"viewer {number + 1}" if number else "viewer"
