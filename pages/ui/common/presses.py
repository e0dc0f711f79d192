"""Presses of buttons, none of which is lost.

Streamlit says that a button was pressed in one run alone. Where that run begins anew before it comes to the button,
because an answer has arrived or something else was pressed, it would not be said again.
"""

from collections.abc import Callable

import streamlit as st

_KEY = "presses"


def was_pressed(draw: Callable[..., bool], label: str, *, key: str, **options: str | bool | None) -> bool:
    """Draw a button; return, once for each press, whether it was pressed.

    draw: st.button or st.form_submit_button, or that of a container. options: theirs.
    """
    presses: set[str] = st.session_state.setdefault(_KEY, set())
    draw(label, key=key, on_click=presses.add, args=(key,), **options)  # no function that asks for st.session_state:
    if key not in presses:  # there Streamlit ends a callback for what has come meanwhile
        return False
    presses.remove(key)
    return not options.get("disabled")


def forget_presses() -> None:
    """Forget presses of buttons that are gone, at the end of a run that has drawn the whole page."""
    st.session_state.get(_KEY, set()).clear()
