"""The places of text in a film that a reader is asked about: ticked ones are masked, others are added or changed."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import streamlit as st

from meddx.types import Box
from pages.ui.common.language.choice_boxes import select_box
from pages.ui.common.language.language import _
from pages.ui.common.presses import was_pressed
from pages.ui.common.session import AskedFilm

_NEW = -1


def render_places(asked: AskedFilm, *, disabled: bool) -> None:
    """Draw a box to tick for each place, and fields that set one by numbers."""
    for at, place in enumerate(asked.places):
        st.checkbox(_place(at, place), value=True, key=_key(asked, at), disabled=disabled)
    if asked.case.drawn is not None and not disabled:
        with st.expander(_("Set a place by numbers"), key="place by numbers"):
            _render_fields(asked, asked.case.drawn[0].rows, asked.case.drawn[0].columns)


def ticked_places(asked: AskedFilm) -> dict[int, Box]:
    """Return the places that are to be masked, by number: all that the reader has not unticked."""
    return {at: place for at, place in enumerate(asked.places) if st.session_state.get(_key(asked, at), True)}


def set_place(asked: AskedFilm, number: int | None, place: Box) -> int:
    """Change the place of that number, or add one, and mask it; return its number."""
    if number is None or not 0 <= number < len(asked.places):
        asked.places.append(place)
        return len(asked.places) - 1
    asked.places[number] = place
    st.session_state.pop(_key(asked, number), None)  # ticked again
    return number


def set_drawn_places(asked: AskedFilm, reported: object) -> None:
    """Set the places of this film that the viewer reports (image_viewer.places_set), each change once.

    What breaks the form of a change is left out: it comes from the browser.
    """
    for sent in reported if isinstance(reported, list) else ():
        try:
            change = _change(sent)
        except (TypeError, KeyError, ValueError, OverflowError):
            continue
        if change.file == asked.case.id and change.name not in asked.drawn:
            number = asked.drawn.get(change.number) if isinstance(change.number, str) else change.number
            asked.drawn[change.name] = set_place(asked, number, change.place)


class _Change(NamedTuple):
    name: str
    file: str
    number: int | str
    place: Box


def _change(sent: Mapping[str, Any]) -> _Change:
    number = sent["number"]
    place = Box(*(int(sent[side]) for side in ("top", "left", "bottom", "right")))
    if not (0 <= place.top < place.bottom and 0 <= place.left < place.right):
        raise ValueError("no place on an image")
    return _Change(str(sent["name"]), str(sent["file"]), number if isinstance(number, str) else int(number), place)


def _key(asked: AskedFilm, at: int) -> str:
    return f"text {asked.case.id} {at}"


def _render_fields(asked: AskedFilm, rows: int, columns: int) -> None:
    def title(at: int) -> str:
        return _("A new place") if at == _NEW else _place(at, asked.places[at])

    key = f"place {asked.case.id}"
    chosen = select_box(_("Place"), [_NEW, *range(len(asked.places))], format_func=title, key=key)
    at = chosen if chosen is not None and chosen < len(asked.places) else _NEW
    box = Box(0, 0, rows, columns) if at == _NEW else asked.places[at]
    key = f"{key} {at} {len(asked.places)} {box}"
    with st.form(key, border=False):
        top = _field(_("First row"), box.top + 1, rows, f"{key} top")
        bottom = _field(_("Last row"), box.bottom, rows, f"{key} bottom")
        left = _field(_("First column"), box.left + 1, columns, f"{key} left")
        right = _field(_("Last column"), box.right, columns, f"{key} right")
        title_of_button = _("Add this place") if at == _NEW else _("Change this place")
        if was_pressed(st.form_submit_button, title_of_button, key=f"{key} set"):
            (top, bottom), (left, right) = sorted((top, bottom)), sorted((left, right))
            set_place(asked, None if at == _NEW else at, Box(top - 1, left - 1, bottom, right))
            st.rerun()


def _field(title: str, value: int, most: int, key: str) -> int:
    return int(st.number_input(title, min_value=1, max_value=most, value=min(value, most), step=1, key=key))


def _place(at: int, box: Box) -> str:
    return _("Place {number}: rows {top} to {bottom}, columns {left} to {right}").format(
        number=at + 1, top=box.top + 1, bottom=box.bottom, left=box.left + 1, right=box.right
    )
