"""Attributes of cases in the reader's language, where they are ones that many data sets have; others as they are."""

from pages.ui.common.language.formatting import capital
from pages.ui.common.language.language import N_, _
from pages.ui.common.language.translated import translated

_WORDS = (
    N_("age"), N_("sex"), N_("view"), N_("site"), N_("patient"), N_("female"), N_("male"), N_("Female"), N_("Male"),
    N_("size of finding"), N_("below 1 % of the image"), N_("1 to 3 % of the image"), N_("3 % and more"),
    N_("below 1 % of the film"), N_("1 to 3 % of the film"), N_("all cases"), N_("true label"),
)  # fmt: skip


def attribute_text(text: str) -> str:
    """Return the name of an attribute, or one of its values."""
    return _(text) if text in _WORDS else translated(text)


def attribute_title(name: str) -> str:
    """Return the name of an attribute for the start of a line."""
    return capital(attribute_text(name))
