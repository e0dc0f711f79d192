"""Similar labelled cases: validation cases that look to the network like the image, with what is true of them."""

from collections import Counter
from collections.abc import Sequence
from concurrent import futures
from contextlib import suppress
from functools import lru_cache, partial
from html import escape
from pathlib import PurePosixPath

import streamlit as st

from meddx.engine import local
from meddx.errors import EngineUnavailable, Refused
from meddx.model.card import Card
from meddx.types import Prediction, Refusal, SimilarCase, StoredFrame
from pages.ui.common import engine_requests, html, recorded_images
from pages.ui.common.thumbnail import thumbnail_jpeg

_WAIT_SECONDS = 5.0
"""For all of them: an engine that is being replaced must not keep the page."""
PICTURE_SIDE = 320
"""Longest side of an image, in pixels."""
CASES_PER_ROW = 5
"""More would break the labels' words on a narrow screen."""
SIMILARITY_HELP = (
    "Validation cases that look most alike to the network: nearest in the directions in which its last features differ "
    "most. Distance 1 is how far a validation case typically is from its own neighbours. They show what the model "
    "takes for similar, which need not be what a reader would."
)


def render_similar_cases(prediction: Prediction, card: Card) -> None:
    """The section under the image; nothing where the model's folder holds no reference cases."""
    if not prediction.similar_cases:
        return
    st.subheader("Similar labelled cases", anchor=False)
    st.write(similar_cases_sentence(prediction.similar_cases, card))
    _images(prediction.similar_cases, card)
    with st.expander("As a table"):
        st.html(html.STYLE + similar_cases_table(prediction.similar_cases, card))
    st.caption(SIMILARITY_HELP)


def similar_cases_sentence(neighbours: Sequence[SimilarCase], card: Card) -> str:
    """How many of them carry each label, the most frequent first."""
    counts = Counter(label for neighbour in neighbours for label in neighbour.labels)
    unlabelled = sum(not neighbour.labels for neighbour in neighbours)
    parts = [f"{count} {label_titles([name], card)}" for name, count in counts.most_common()]
    parts += [f"{unlabelled} with none of the model's labels"] if unlabelled else []
    listed = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return f"Of the {len(neighbours)} nearest, by their true labels: {listed}."


def label_titles(labels: Sequence[str], card: Card) -> str:
    """Labels as the card titles them."""
    known = {label.name: label.title for label in card.labels}
    return ", ".join(known.get(name, name) for name in labels) or "none of the labels"


def similar_cases_table(neighbours: Sequence[SimilarCase], card: Card) -> str:
    """The numbers, as HTML."""
    rows = [
        (
            neighbour.case,
            [
                escape(label_titles(neighbour.labels, card)),
                escape(label_titles(neighbour.findings, card)),
                f"{neighbour.distance:.2f}",
            ],
        )
        for neighbour in neighbours
    ]
    caption = f"The {len(neighbours)} nearest validation cases"
    return html.data_table("overall", caption, ["Case", "True label", "The model found", "Distance"], rows)


@st.fragment
def _images(neighbours: Sequence[SimilarCase], card: Card) -> None:
    """Each image with its label, or one sentence where the images are not on this machine."""
    found = [recorded_images.recorded_image(card.id, neighbour.case, "validation") for neighbour in neighbours]
    if missing := next((one for one in found if isinstance(one, Refusal)), None):
        st.caption(f"Their images cannot be shown. {missing.reason}")
        return
    pictures = _pictures([image for image in found if isinstance(image, StoredFrame)])
    for place, (neighbour, image) in enumerate(zip(neighbours, found, strict=True)):
        if place % CASES_PER_ROW == 0:
            columns = st.columns(CASES_PER_ROW)
        if isinstance(image, Refusal):
            continue
        with columns[place % CASES_PER_ROW]:
            if image in pictures:
                st.image(pictures[image], width="stretch")
            st.caption(f"{label_titles(neighbour.labels, card)}  \n{neighbour.distance:.2f}")
            if st.button("Open", key=f"neighbour {place}", help=f"Open {neighbour.case}"):
                recorded_images.open_in_diagnose(PurePosixPath(neighbour.case).name, image, card.id)


def _pictures(images: Sequence[StoredFrame]) -> dict[StoredFrame, bytes]:
    """Each image small; without those that the engine cannot give now."""
    asked = {image: engine_requests.run_in_background(partial(_thumbnail, image)) for image in images}
    futures.wait(asked.values(), _WAIT_SECONDS)
    pictures = {}
    for image, answer in asked.items():
        with suppress(EngineUnavailable, Refused, TimeoutError):
            pictures[image] = answer.result(0)
    return pictures


@lru_cache(maxsize=256)
def _thumbnail(image: StoredFrame) -> bytes:
    return thumbnail_jpeg(local.engine().image(image.data, image.frame), PICTURE_SIDE)
