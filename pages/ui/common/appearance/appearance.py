"""Choose the light or the dark page, or the one that the reader's system asks for.

The page is drawn by Streamlit's own themes (.streamlit/config.toml). Streamlit keeps the choice in the browser for one
address only and offers it in a menu that this app has no room for; so it is offered here, for all pages.
"""

from pathlib import Path

from pages.ui.common.component import Component
from pages.ui.common.language.language import _
from pages.ui.common.page_addresses import page_paths

_HERE = Path(__file__).parent
_PIECES = ("whole_names.js", "kept_presses.js")
_mount = Component(
    "meddx.appearance", _HERE / "appearance", *((_HERE / name).read_text(encoding="utf-8") for name in _PIECES)
)


def render_appearance() -> None:
    """Draw the list of themes."""
    names = {"System": _("As the system"), "Light": _("Light"), "Dark": _("Dark")}
    _mount(key="appearance", data={"paths": sorted(page_paths()), "title": _("Theme"), "names": names})
