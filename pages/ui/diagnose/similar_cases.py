"""Similar labelled cases: the validation cases nearest to the image in the network's features, and their labels."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from concurrent import futures
from contextlib import suppress
from functools import partial
from html import escape
from pathlib import PurePosixPath

import streamlit as st

from meddx.engine import local
from meddx.errors import EngineUnavailable, Refused
from meddx.model.card import Card
from meddx.types import Prediction, Refusal, SimilarCase, StoredFrame
from pages.ui.common import engine_requests, glossary, html, recorded_images
from pages.ui.common.byte_cache import ByteCache
from pages.ui.common.language.formatting import listed, paragraph
from pages.ui.common.language.language import N_, _
from pages.ui.common.language.translated import translated
from pages.ui.common.presses import was_pressed

_WAIT_SECONDS = 5.0
"""For all of them: an engine that is being replaced must not keep the page."""
CASE_THUMBNAIL_SIDE = 320
"""Longest side of a thumbnail, in pixels."""
CASES_PER_ROW = 5
"""More would break long label titles on a narrow screen."""
_thumbnail_cache = ByteCache(16 << 20)
"""Of all sessions, some thousand thumbnails."""
SIMILARITY_HELP = N_(
    "Distance 1 is typical between a validation case and its nearest neighbours. Similar means similar to the "
    "network, by the features it computes; a reader may judge similarity differently."
)


def render_similar_cases(prediction: Prediction, card: Card) -> None:
    """Draw the section below the image; nothing where the model has no reference cases."""
    if not prediction.similar_cases:
        return
    st.header(_("Similar labelled cases"), anchor=False, help=glossary.meaning("similar cases"))
    st.write(similar_cases_sentence(prediction.similar_cases, card))
    _images(prediction.similar_cases, card)
    with st.expander(_("Show as a table"), key="similar cases table"):
        st.html(html.STYLE + similar_cases_table(prediction.similar_cases, card))
    st.caption(_(SIMILARITY_HELP))


def similar_cases_sentence(neighbours: Sequence[SimilarCase], card: Card) -> str:
    """Return how many of the cases have each true label, the most frequent first."""
    counts = Counter(label for neighbour in neighbours for label in neighbour.labels)
    unlabelled = sum(not neighbour.labels for neighbour in neighbours)
    parts = [f"{count} × {label_titles([name], card)}" for name, count in counts.most_common()]
    parts += [_("{count} × none of the model's labels").format(count=unlabelled)] if unlabelled else []
    several = _("Some cases have several labels.") if any(len(case.labels) > 1 for case in neighbours) else ""
    labels = _("True labels of the {count} most similar validation cases: {labels}.")
    return paragraph([labels.format(count=len(neighbours), labels=listed(parts)), several])


def label_titles(labels: Sequence[str], card: Card) -> str:
    """Return the titles of labels, joined by commas; "none of the labels" for none."""
    titles = {label.name: translated(label.title) for label in card.labels}
    return listed(titles.get(name, name) for name in labels) or _("none of the labels")


def similar_cases_table(neighbours: Sequence[SimilarCase], card: Card) -> str:
    """Return true label, findings and distance of each case as an HTML table."""
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
    caption = _("The {count} most similar validation cases").format(count=len(neighbours))
    head = [_("Case"), _("True label"), _("Model's findings"), _("Distance")]
    return html.data_table("overall", caption, [escape(title, quote=False) for title in head], rows)


@st.fragment
def _images(neighbours: Sequence[SimilarCase], card: Card) -> None:
    """Draw each image with its true label; one sentence where the images are not on this machine."""
    images = [recorded_images.recorded_image(card.id, neighbour.case, "validation") for neighbour in neighbours]
    if missing := next((image for image in images if isinstance(image, Refusal)), None):
        st.caption(paragraph([_("The images of these cases cannot be shown."), translated(missing.reason)]))
        return
    thumbnails = _thumbnails([image for image in images if isinstance(image, StoredFrame)])
    for place, (neighbour, image) in enumerate(zip(neighbours, images, strict=True)):
        if place % CASES_PER_ROW == 0:
            columns = st.columns(CASES_PER_ROW)
        if isinstance(image, Refusal):
            continue
        labels = label_titles(neighbour.labels, card)
        with columns[place % CASES_PER_ROW]:
            if image in thumbnails:
                st.image(thumbnails[image], width="stretch", alt=_("Similar case: {labels}").format(labels=labels))
            distance = _("Distance {distance}").format(distance=f"{neighbour.distance:.2f}")
            st.caption(f"{labels}  \n{distance}")
            opens = _("Open {case}").format(case=neighbour.case)
            if was_pressed(st.button, _("Open"), key=f"neighbour {card.id} {neighbour.case}", help=opens):
                address = recorded_images.library_address(card.id, "validation", neighbour.case)
                recorded_images.open_in_diagnose(PurePosixPath(neighbour.case).name, image, card.id, address)


def _thumbnails(images: Sequence[StoredFrame]) -> dict[StoredFrame, bytes]:
    """Return the thumbnails as JPEG, without those that the engine cannot decode now."""
    requests = {image: engine_requests.run_in_background(partial(_cached_thumbnail, image)) for image in images}
    futures.wait(requests.values(), _WAIT_SECONDS)
    thumbnails = {}
    for image, answer in requests.items():
        with suppress(EngineUnavailable, Refused, TimeoutError):
            thumbnails[image] = answer.result(0)
    return thumbnails


def _cached_thumbnail(image: StoredFrame) -> bytes:
    key = (hashlib.sha256(image.data).digest(), image.frame)
    return _thumbnail_cache.get(key, lambda: local.engine().thumbnail(image.data, CASE_THUMBNAIL_SIDE, image.frame))
