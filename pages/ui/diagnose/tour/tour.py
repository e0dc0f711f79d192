"""The tour: a card at a time below the drop zone, until it is closed; the browser remembers that it was.

It lies in the page and covers nothing. It is not drawn where the address asks for something (a link of a colleague),
nor in a browser that a program drives.
"""

from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent
CARDS = (
    (
        "Drop an image",
        "DICOM, PNG or JPEG, one or many, a folder or a ZIP archive. What is kept of it, and where, is said above.",
    ),
    (
        "Read the findings",
        "Each label has a probability and a cut-off. Above it, the label is a finding. A sentence says when the image "
        "is unlike those that the model was trained on.",
    ),
    (
        "See where the evidence lies",
        "Choose a label: its heat map lies on the image, and a quick check says whether to rely on it. Drag to change "
        "the window, turn the wheel to zoom.",
    ),
    (
        "Measure it on your own patients",
        "Evaluate and Compare take labelled images or a table of scores. Words you do not know are in the "
        "Glossary on the left.",
    ),
)
"""Title and text of each card."""

_mount = st.components.v2.component(
    "meddx.tour",
    html=(_HERE / "tour.html").read_text(encoding="utf-8"),
    css=(_HERE / "tour.css").read_text(encoding="utf-8"),
    js=(_HERE / "tour.js").read_text(encoding="utf-8"),
)


def render_tour() -> None:
    """Draw the tour, where this browser has not closed it yet; else the button that opens it again."""
    _mount(key="tour", data={"cards": [{"title": title, "text": text} for title, text in CARDS]})
