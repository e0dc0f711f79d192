"""The frame around every page: title, icon, quiet styling, and the line that says what this software is not."""

from pathlib import Path

import streamlit as st

from meddx.config import RESEARCH_USE

_ASSETS = Path(__file__).parent / "assets"
_STYLE = (_ASSETS / "page.css").read_text(encoding="utf-8")


def begin_page() -> None:
    """Before anything else on a page."""
    st.set_page_config(
        page_title="meddx", page_icon=_ASSETS / "icon.png", layout="wide", initial_sidebar_state="expanded"
    )
    st.html(f"<style>{_STYLE}</style>")
    st.logo(str(_ASSETS / "wordmark.svg"), size="large")


def end_page() -> None:
    """After everything else on a page."""
    st.html(f'<p class="research-use" role="note">{RESEARCH_USE}</p>')
