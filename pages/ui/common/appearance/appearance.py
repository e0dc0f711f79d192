"""Choose the light or the dark page, or the one that the reader's system asks for.

The page is drawn by Streamlit's own themes (.streamlit/config.toml). Streamlit keeps the choice in the browser for one
address only and offers it in a menu that this app has no room for; so it is offered here, for all pages.
"""

from pathlib import Path

import streamlit as st

from pages.ui.common.language.language import _
from pages.ui.common.page_addresses import page_paths

_HERE = Path(__file__).parent
_PIECES = ("whole_names.js", "kept_presses.js", "appearance.js")
_mount = st.components.v2.component(
    "meddx.appearance",
    html=(_HERE / "appearance.html").read_text(encoding="utf-8"),
    css=(_HERE / "appearance.css").read_text(encoding="utf-8"),
    js="\n".join((_HERE / name).read_text(encoding="utf-8") for name in _PIECES),
)


def render_appearance() -> None:
    """Draw the list of themes."""
    names = {"System": _("As the system"), "Light": _("Light"), "Dark": _("Dark")}
    _mount(key="appearance", data={"paths": sorted(page_paths()), "title": _("Theme"), "names": names})
