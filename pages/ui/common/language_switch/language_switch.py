"""Choose the language of the pages; the browser remembers it in a cookie, which the next session reads.

A change draws this session anew at once, without a reload, so that nothing of it is lost.
"""

from pathlib import Path

import streamlit as st

from pages.ui.common.base_path import base_path
from pages.ui.common.component import Component
from pages.ui.common.language.catalogue import languages
from pages.ui.common.language.language import LANGUAGE_COOKIE, _, choose_language, language, language_name

_HERE = Path(__file__).parent
_KEY = "language"
_mount = Component("meddx.language", _HERE / "language_switch")


def render_language_switch() -> None:
    """Draw the list of languages, each by the name that it has for itself."""
    _mount(
        key=_KEY,
        data={
            "title": _("Language"),
            "names": {code: language_name(code) for code in languages()},
            "chosen": language(),
            "cookie": LANGUAGE_COOKIE,
            "path": base_path() or "/",
        },
        on_language_change=_chosen,
    )


def _chosen() -> None:
    choose_language(str((st.session_state.get(_KEY) or {}).get("language")))
