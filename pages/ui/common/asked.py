"""What a reader has asked for in a component of our own, heard once, and never lost (asking.js)."""

from typing import Any

import streamlit as st


def unheard(key: str, heard: int) -> list[tuple[int, str, Any]]:
    """Return what has been asked for since: (number, name, value), in order.

    key: of the component. heard: the number of the last one that was followed, 0 before any.
    """
    asked = (st.session_state.get(key) or {}).get("asked") or []
    return [(one["number"], one["name"], one["value"]) for one in asked if one["number"] > heard]
