"""Select boxes, radio buttons and multiselects whose options are words: each language has a box of its own.

Streamlit knows the option that is chosen in one of these by its title, in the browser as well. A box that stayed the
same through a change of language would go on showing the title of before (radio buttons, none), and send it back with
the next run, where no option has that title: the choice would be lost, and a callback called with words of the other
language. So the key of a box ends with the language, and a new one begins with what was chosen in that of before.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypedDict, TypeVar, Unpack, overload

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.ui.common.language.catalogue import languages
from pages.ui.common.language.language import language

_Option = TypeVar("_Option")


class _Drawn(TypedDict, total=False):
    """What all of them take of Streamlit's arguments, with Streamlit's meaning."""

    format_func: Callable[[Any], str]
    help: str | None
    on_change: Callable[[], None]
    label_visibility: Literal["visible", "hidden", "collapsed"]


def own_key(key: str) -> str:
    """Return the key under which the session state has the choice in the box of that key, in the reader's language."""
    return f"{key} {language()}"


def kept_choice(key: str) -> object:
    """Return what is chosen in the box of that key, or was before the reader changed the language; None for nothing."""
    keys = [own_key(key), *(f"{key} {code}" for code in languages())]
    return next((st.session_state[one] for one in keys if one in st.session_state), None)


@overload
def select_box(
    label: str, options: Sequence[_Option], *, key: str, index: int = 0, placeholder: str | None = None,
    place: DeltaGenerator | None = None, **drawn: Unpack[_Drawn],
) -> _Option: ...  # fmt: skip


@overload
def select_box(
    label: str, options: Sequence[_Option], *, key: str, index: int | None, placeholder: str | None = None,
    place: DeltaGenerator | None = None, **drawn: Unpack[_Drawn],
) -> _Option | None: ...  # fmt: skip


def select_box(
    label: str, options: Sequence[_Option], *, key: str, index: int | None = 0, placeholder: str | None = None,
    place: DeltaGenerator | None = None, **drawn: Unpack[_Drawn],
) -> _Option | None:  # fmt: skip
    """Draw a select box and return the chosen option, None for none.

    index: of the option that is chosen at first. place: where it is drawn, if not where the page is.
    """
    before, own = _chosen_before(key), own_key(key)
    if before in options and index is not None:
        index = options.index(before)
    elif before in options and own not in st.session_state:  # as its default it could not be taken back
        st.session_state[own] = before
    draw = st.selectbox if place is None else place.selectbox
    chosen: _Option | None = draw(label, options, index, key=own, placeholder=placeholder, **drawn)
    return chosen


def radio_buttons(
    label: str, options: Sequence[_Option], *, key: str, horizontal: bool = False,
    captions: Sequence[str] | None = None, **drawn: Unpack[_Drawn],
) -> _Option:  # fmt: skip
    """Draw radio buttons, at first with the first option chosen, and return the chosen one."""
    before = _chosen_before(key)
    index = options.index(before) if before in options else 0
    return st.radio(label, options, index, key=own_key(key), horizontal=horizontal, captions=captions, **drawn)


def multi_select(
    label: str, options: Sequence[_Option], *, key: str, default: Sequence[_Option] = (),
    max_selections: int | None = None, placeholder: str | None = None, **drawn: Unpack[_Drawn],
) -> list[_Option]:  # fmt: skip
    """Draw a multiselect and return the chosen options. default: those that are chosen at first."""
    before = _chosen_before(key)
    chosen = [one for one in before if one in options] if isinstance(before, list) else list(default)
    return st.multiselect(
        label, options, chosen or None, key=own_key(key), max_selections=max_selections, placeholder=placeholder,
        **drawn,
    )  # fmt: skip


def _chosen_before(key: str) -> object:
    """Return what was chosen in another language when this box was drawn first, None where nothing was.

    The same as long as the box is drawn, for it is the box's default: the run that draws it first may be overtaken by
    the next before the browser hears of it.
    """
    own = own_key(key)
    if own not in st.session_state:
        st.session_state[f"{own} before"] = kept_choice(key)
    return st.session_state.get(f"{own} before")
