"""The frame of every page: title, icon, style sheet, and the notice that this is for research use only."""

from pathlib import Path

import streamlit as st

from meddx.config import RESEARCH_USE
from pages.ui.common.download.download_route import begin_downloads, drop_downloads
from pages.ui.common.language.translated import translated
from pages.ui.common.uploader_style import uploader_style

_ASSETS = Path(__file__).parent / "assets"
_SHEETS = ("palette.css", "page.css", "charts.css", "print.css")
_STYLE = "".join((_ASSETS / name).read_text(encoding="utf-8") for name in _SHEETS)
_PRINTED_NOTICE = '@page {{ @bottom-right {{ content: "{notice}"; font: 8pt sans-serif; color: #444c56; }} }}'
"""On every sheet of paper."""


def begin_page() -> None:
    """Set title, icon, layout and style sheet; call before all else is drawn."""
    st.set_page_config(page_title="meddx", page_icon=_ASSETS / "icon.png", layout="wide", initial_sidebar_state="auto")
    printed = _PRINTED_NOTICE.format(notice=translated(RESEARCH_USE))
    st.html(f"<style>{_STYLE}{uploader_style()}{printed}</style>")
    begin_downloads()
    st.logo(str(_ASSETS / "wordmark.svg"), size="large")


def end_page() -> None:
    """Draw the research-use notice, and forget the exports that are offered no more; call when all else is drawn."""
    drop_downloads()
    st.html(f'<p class="research-use" role="note">{translated(RESEARCH_USE)}</p>')
