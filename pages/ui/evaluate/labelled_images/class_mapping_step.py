"""Show what the given images contain, let the reader match their classes to labels, and start the evaluation."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

import streamlit as st

from meddx.engine.contract import EVALUATE
from meddx.errors import EngineUnavailable, Refused
from meddx.model.card import Card
from pages.ui.common import account_engine, notices
from pages.ui.common.session_job import render_session_job
from pages.ui.evaluate.labelled_images import class_mapping, upload_step, url_state

KEPT_SECONDS = 86_400
"""How long uploaded images are kept when the reader wants to view single cases."""


@dataclass(frozen=True)
class GivenSet:
    """Name the images to evaluate. value: what Engine.upload returned, or the path of a folder on the server."""

    kind: Literal["upload", "folder"]
    value: str

    @property
    def arguments(self) -> dict[str, str]:
        """Return the arguments by which jobs know these images."""
        return {"upload" if self.kind == "upload" else "folder_of_images": self.value}


def render_class_mapping_step(given: GivenSet, card: Card) -> None:
    """Draw the progress of the survey, or its result with the choice of labels."""
    status = render_session_job(_key(given), "inspect_labelled_set", given.arguments, "Reading the files")
    if status is None:
        return
    if status.state != "done":
        notices.render_notice("refused", "These images cannot be evaluated", status.message)
        st.button("Choose other files", on_click=_again, args=(given,))
        return
    _classes(given, card, status.result)


def _key(given: GivenSet) -> str:
    return url_state.survey_key(given.kind, given.value)


def _again(given: GivenSet) -> None:
    st.session_state.pop(_key(given), None)
    url_state.go_to_step()


def _classes(given: GivenSet, card: Card, found: Mapping[str, Any]) -> None:
    name = st.session_state.get(upload_step.FOLDER_KEY) or "Own images"
    st.html(f'<h1 class="card-title">Match classes to labels</h1><p class="summary">{set_summary(found)}</p>')
    notes = set_remarks(found)
    if found.get("reading"):
        st.caption(found["reading"])
    if notes:
        st.caption(" ".join(notes))
    counts: Mapping[str, int] = found["classes"]
    classes = {one: _stands_for(given, card, one, images) for one, images in counts.items()}
    if not counts:
        st.write(f"The table must have a column for each label: {', '.join(label.name for label in card.labels)}.")
    left_out = sum(images for one, images in counts.items() if not classes[one])
    if left_out:
        st.caption(f"{left_out:,} of {found['images']:,} images are left out: their class has no label.")
    wrong = class_mapping.mapping_fault(card, classes)
    left, right = st.columns([1, 1.2], gap="large", vertical_alignment="bottom")
    title = left.text_input("Name of this data set", name, max_chars=80, key=f"title {_key(given)}")
    keep = given.kind == "upload" and right.checkbox(
        "Keep the images for one day, to view single cases",
        value=True,
        key=f"keep {_key(given)}",
        help="Kept images lie in a private folder on the server and are deleted after one day, or with the evaluation. "
        "Without this, they are deleted as soon as the evaluation ends.",
    )
    if wrong:
        st.caption(wrong)
    line = st.container(horizontal=True, gap="small")
    if line.button(f"Evaluate {card.title}", type="primary", disabled=bool(wrong)):
        _start(given, card, classes, title, keep)
    line.button("Choose other files", on_click=_again, args=(given,))


def set_summary(found: Mapping[str, Any]) -> str:
    """Return the numbers of images and classes, and what to do next; plain text."""
    classes = len(found["classes"])
    of = f" of {classes} class{'es' if classes != 1 else ''}" if classes else ""
    return f"{found['images']:,} images{of}." + (" Choose the model's label for each class." if classes else "")


def set_remarks(found: Mapping[str, Any]) -> list[str]:
    """Return what will be skipped, a sentence for each reason."""
    sentences = {
        "no_image": "Skipped files that are not images: {}.",
        "missing": "Skipped rows whose file is missing: {}.",
        "unlabelled": "Skipped images without a label: {}.",
    }
    return [sentence.format(f"{found[name]:,}") for name, sentence in sentences.items() if found.get(name)]


def _stands_for(given: GivenSet, card: Card, name: str, images: int) -> tuple[str, ...]:
    """Draw one class with the choice of its labels; return the chosen labels."""
    titles = {label.name: label.title for label in card.labels}
    first = class_mapping.suggested_labels(name, card)
    left, right = st.columns([1, 2.2], gap="medium", vertical_alignment="center")
    left.html(f'<p class="class">{escape(name)}<span>{images:,} image{"s" if images != 1 else ""}</span></p>')
    key = f"class {_key(given)} {card.id} {name}"
    with right:
        if card.task == "exclusive":
            return tuple(
                st.multiselect(
                    f"Label for {name}",
                    list(titles),
                    default=list(first),
                    format_func=titles.__getitem__,
                    key=key,
                    placeholder="No label: leave these images out",
                    label_visibility="collapsed",
                )
            )
        chosen = st.selectbox(
            f"Label for {name}",
            list(titles),
            index=list(titles).index(first[0]) if first else None,
            format_func=titles.__getitem__,
            key=key,
            placeholder="No label: leave these images out",
            label_visibility="collapsed",
        )
        return (chosen,) if chosen else ()


def _start(given: GivenSet, card: Card, classes: Mapping[str, tuple[str, ...]], title: str, keep: bool) -> None:
    arguments = given.arguments | {
        "model": card.id,
        "classes": {name: list(labels) for name, labels in classes.items()},
        "title": title.strip() or "Own images",
        "images_until": time.time() + KEPT_SECONDS if keep else 0,
    }
    try:
        id = account_engine.own_engine().start(EVALUATE, arguments)
    except (Refused, EngineUnavailable) as error:
        notices.render_notice("error", "The evaluation could not be started", str(error))
        return
    st.session_state.pop(_key(given), None)
    url_state.go_to_step("job", id)
    st.rerun()
