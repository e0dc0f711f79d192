"""Similar labelled cases: validation cases that look to the network like the film, with what is true of them."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from pathlib import PurePosixPath

import streamlit as st

from meddx.engine import local
from meddx.errors import EngineUnavailable, Refused
from meddx.model.card import Card
from meddx.types import Neighbour, Prediction, Refusal, StoredFrame
from pages.ui import recorded
from pages.ui.models import text
from pages.ui.thumbnail import thumbnail

SIDE = 320
"""Longest side of a film, in pixels."""
IN_A_ROW = 5
"""More would break the labels' words on a narrow screen."""
EXPLAINED = (
    "Validation cases that look most alike to the network: nearest in the directions in which its last features differ "
    "most. Distance 1 is how far a validation case typically is from its own neighbours. They show what the model "
    "takes for similar, which need not be what a reader would."
)


def show(prediction: Prediction, card: Card) -> None:
    """The section under the film; nothing where the model's folder holds no reference cases."""
    if not prediction.neighbours:
        return
    st.subheader("Similar labelled cases", anchor=False)
    st.write(sentence(prediction.neighbours, card))
    _films(prediction.neighbours, card)
    with st.expander("As a table"):
        st.html(text.STYLE + table(prediction.neighbours, card))
    st.caption(EXPLAINED)


def sentence(neighbours: Sequence[Neighbour], card: Card) -> str:
    """How many of them carry each label, the most frequent first."""
    counts = Counter(label for neighbour in neighbours for label in neighbour.labels)
    unlabelled = sum(not neighbour.labels for neighbour in neighbours)
    parts = [f"{count} {titles([name], card)}" for name, count in counts.most_common()]
    parts += [f"{unlabelled} with none of the model's labels"] if unlabelled else []
    listed = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return f"Of the {len(neighbours)} nearest, by their true labels: {listed}."


def titles(labels: Sequence[str], card: Card) -> str:
    """Labels as the card titles them."""
    known = {label.name: label.title for label in card.labels}
    return ", ".join(known.get(name, name) for name in labels) or "none of the labels"


def table(neighbours: Sequence[Neighbour], card: Card) -> str:
    """The numbers, as HTML."""
    rows = [
        (
            neighbour.case,
            [
                escape(titles(neighbour.labels, card)),
                escape(titles(neighbour.findings, card)),
                f"{neighbour.distance:.2f}",
            ],
        )
        for neighbour in neighbours
    ]
    caption = f"The {len(neighbours)} nearest validation cases"
    return text.table("overall", caption, ["Case", "True label", "The model found", "Distance"], rows)


@st.fragment
def _films(neighbours: Sequence[Neighbour], card: Card) -> None:
    """Each film with its label, or one sentence where the films are not on this machine."""
    found = [recorded.film_of(card.id, neighbour.case, "validation") for neighbour in neighbours]
    if missing := next((one for one in found if isinstance(one, Refusal)), None):
        st.caption(f"Their films cannot be shown. {missing.reason}")
        return
    for place, (neighbour, film) in enumerate(zip(neighbours, found, strict=True)):
        if place % IN_A_ROW == 0:
            columns = st.columns(IN_A_ROW)
        if isinstance(film, Refusal):
            continue
        with columns[place % IN_A_ROW]:
            if (picture := _picture(film)) is not None:
                st.image(picture, width="stretch")
            st.caption(f"{titles(neighbour.labels, card)}  \n{neighbour.distance:.2f}")
            if st.button("Open", key=f"neighbour {place}", help=f"Open {neighbour.case}"):
                recorded.open_in_diagnose(PurePosixPath(neighbour.case).name, film, card.id)


def _picture(film: StoredFrame) -> bytes | None:
    """The film small; None where the engine cannot give it now."""
    try:
        return _thumbnail(film)
    except (EngineUnavailable, Refused):
        return None


@lru_cache(maxsize=256)
def _thumbnail(film: StoredFrame) -> bytes:
    return thumbnail(local.engine().film(film.data, film.frame), SIDE)
