"""How many panes there are, and whether they move together."""

from collections.abc import Mapping

import streamlit as st

from meddx.model.card import Card
from pages.ui.common.language.language import _, number
from pages.ui.common.session import Session
from pages.ui.diagnose.panes import pane_choices

LAYOUTS = (1, 2, 4)
_LAYOUT, _LINKED = "panes", "panes linked"
_GROUP = "diagnose"


def render_layout(images: Session) -> None:
    """Draw the choice of how many panes there are and whether they move together; fill some with priors found since."""
    if images.fills_panes:
        _fill(images)
    st.session_state[_LAYOUT] = images.layout  # the widgets forget it while another page is open
    st.segmented_control(
        _("Panes"),
        LAYOUTS,
        key=_LAYOUT,
        required=True,
        format_func=number,
        on_change=lambda: lay_out(images, st.session_state[_LAYOUT]),
        help=_("Beside the open image: others, priors of the same patient first, or other models on the same image."),
    )
    if images.layout > 1:
        st.session_state[_LINKED] = images.links_panes
        st.toggle(_("Panes move together"), key=_LINKED, on_change=lambda: _link(images))


def lay_out(images: Session, panes: int) -> None:
    """Show so many panes; those that show nothing yet begin with priors of the open image's patient."""
    images.layout = panes
    for pane in images.further_panes:
        pane.left_empty = False
    _fill(images)


def _fill(images: Session) -> None:
    """Show priors in empty panes, again as long as what files say of their patients is still being read."""
    images.fills_panes = any(case.header is None and case.rejected is None for case in images.cases)
    shown = images.further_panes[: images.layout - 1]
    empty = [pane for pane in shown if not (pane.case or pane.model or pane.awaited or pane.left_empty)]
    elsewhere = {pane.case for pane in shown}
    for pane, choice in zip(empty, [one for one in pane_choices.priors(images) if one not in elsewhere], strict=False):
        pane_choices.choose(pane, choice, images)
        pane.filled += 1


def _link(images: Session) -> None:
    images.links_panes = st.session_state[_LINKED]


def viewer_group(images: Session, pane: int) -> str:
    """Return the group of viewers that a pane moves with, "" for a single one. pane: 0 for the first."""
    if images.layout == 1:
        return ""
    return _GROUP if images.links_panes else f"{_GROUP} {pane}"


def shown_models(images: Session, card: Card, cards: Mapping[str, Card]) -> list[Card]:
    """Return the models beside the chosen one whose answers the panes show."""
    names = dict.fromkeys(pane.model for pane in images.further_panes[: images.layout - 1])
    return [cards[name] for name in names if name in cards and name != card.id]
