"""The tour: a card at a time below the drop zone, until it is closed; the browser remembers that it was.

It lies in the page and covers nothing. It is not drawn where the address asks for something (a link of a colleague),
nor in a browser that a program drives.
"""

from pathlib import Path

from pages.ui.common.component import Component
from pages.ui.common.language.component_words import WORDS_SCRIPT, component_words
from pages.ui.common.language.language import N_, _

_HERE = Path(__file__).parent
CARDS = (
    (
        N_("Drop an image"),
        N_("DICOM, PNG or JPEG, one or many, a folder or a ZIP archive. What is kept of it, and where, is said above."),
    ),
    (
        N_("Read the findings"),
        N_(
            "Each label has a probability and a cut-off. Above it, the label is a finding. A sentence says when the "
            "image is unlike those that the model was trained on."
        ),
    ),
    (
        N_("See where the evidence lies"),
        N_(
            "Choose a label: its heat map lies on the image, and a quick check says whether to rely on it. Drag to "
            "change the window, turn the wheel to zoom."
        ),
    ),
    (
        N_("Measure it on your own patients"),
        N_(
            "Evaluate and Compare take labelled images or a table of scores. Words you do not know are in the Glossary "
            "on the left."
        ),
    ),
)
"""Title and text of each card."""
_WORDS = {
    "tour": N_("Short tour"),
    "count": N_("{card} of {cards}"),
    "close": N_("Close the tour"),
    "back": N_("Back"),
    "next": N_("Next"),
    "done": N_("Done"),
}

_mount = Component("meddx.tour", _HERE / "tour", WORDS_SCRIPT)


def render_tour() -> None:
    """Draw the tour, where this browser has not closed it yet; else the button that opens it again."""
    cards = [{"title": _(title), "text": _(text)} for title, text in CARDS]
    _mount(key="tour", data={"cards": cards, "words": component_words(_WORDS)})
