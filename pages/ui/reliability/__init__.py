"""Whether the map on the film may be believed: tested on request, said in words, the numbers a click away."""

import streamlit as st

from meddx.explain.methods import METHODS
from meddx.model.card import Card, Label
from meddx.types import Reliability
from pages.ui import on_request
from pages.ui.charts.beside import chart, numbers
from pages.ui.reliability import curve, words
from pages.ui.session import Case

WORDS = on_request.Words(
    ask="Test this map",
    help="Hides what the map marks, asks networks with shuffled weights, adds slight noise, looks at other labels and "
    "other methods. Seconds for the quick methods, minutes for the slow ones.",
    running="Preparing the test",
    failed="The map could not be tested",
)


def show(case: Case, card: Card, label: Label, method: str) -> None:
    """The button, the progress or the verdict on the map of this label by this method."""
    key = (card.id, case.frame, label.name, method)
    arguments = {"data": case.data, "frame": case.frame, "model": card.id, "label": label.name, "method": method}
    name = f"test map {case.id} {key}"

    def draw(found: Reliability) -> None:
        st.html(words.verdict(found, METHODS[method].title, label.title))
        with st.expander("The numbers"):
            st.html(numbers(words.rows(found), f"{METHODS[method].title} map of {label.title}"))
            chart(curve.figure(found), key=f"curve {name}", alt=curve.ALT)

    on_request.show(on_request.Request(case.tests, key, "reliability", arguments, WORDS, name), draw)
