"""Where the predictions come from. The address says which source, so that a link can.

A source is a function of the model that the page is about (None for one that needs no model): it draws what the reader
must fill in and returns the Subject, or None after saying on the page what is missing. A new source is a line in
SOURCES.
"""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from meddx.model.registry import InstalledModel
from pages.ui import states
from pages.ui.evaluate.file_source import own_file
from pages.ui.evaluate.films.source import own_films
from pages.ui.evaluate.recorded_source import recorded
from pages.ui.evaluate.subject import Subject
from pages.ui.recorded import Split

PARAMETER = "source"
_KEY = "evaluate-source"


@dataclass(frozen=True)
class Source:
    """title: in the choice. of_model: whether it is given one, chosen beside it. open: see above."""

    title: str
    of_model: bool
    open: Callable[[InstalledModel | None], Subject | None]


def _recorded(set_name: Split) -> Callable[[InstalledModel | None], Subject | None]:
    def open_recorded(model: InstalledModel | None) -> Subject | None:
        assert model is not None, "this source is of a model"
        subject = recorded(model, set_name)
        if subject is None:
            states.panel(
                "refused",
                "No recorded predictions",
                f"The folder of this model holds no recorded {set_name} predictions of its labels.",
            )
        return subject

    return open_recorded


SOURCES: dict[str, Source] = {
    "test": Source("Recorded test predictions", True, _recorded("test")),
    "validation": Source("Recorded validation predictions", True, _recorded("validation")),
    "films": Source("Own labelled films", False, own_films),
    "file": Source("A file of predictions", False, own_file),
}
"""By the name in the address; the first is where the page opens."""


def choose() -> Source:
    """The source that the address names or the reader has chosen."""
    asked = st.query_params.get(PARAMETER)
    if asked in SOURCES:
        st.session_state[_KEY] = asked
    chosen = st.radio(
        "What to measure", list(SOURCES), format_func=lambda name: SOURCES[name].title, key=_KEY, on_change=_to_address
    )
    if asked is None:
        _to_address()
    return SOURCES[chosen]


def _to_address() -> None:
    st.query_params[PARAMETER] = st.session_state[_KEY]
