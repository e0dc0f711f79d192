"""Sections of a page: below each other, and beside each other where the window is wide enough for two."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def sections(name: str, *, flowing: bool = False) -> DeltaGenerator:
    """Return the container of the sections; each of them is a container in it. name: of the page.

    flowing: fill one column after the other, for sections whose height does not change; else row by row, so that none
    moves when another grows. The rule is in assets/page.css.
    """
    return st.container(key=f"{'flowing' if flowing else 'sections'}-{name}")
