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
from pages.ui.common.html import page_heading
from pages.ui.common.language.choice_boxes import multi_select, select_box
from pages.ui.common.language.formatting import listed, paragraph
from pages.ui.common.language.language import _, ngettext, number
from pages.ui.common.language.translated import translated
from pages.ui.common.presses import was_pressed
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
    status = render_session_job(_key(given), "inspect_labelled_set", given.arguments, _("Reading the files"))
    if status is None:
        return
    if status.state != "done":
        notices.render_notice("refused", _("These images cannot be evaluated"), status.message)
        st.button(_("Choose other files"), on_click=_again, args=(given,))
        return
    _classes(given, card, status.result)


def _key(given: GivenSet) -> str:
    return url_state.survey_key(given.kind, given.value)


def _again(given: GivenSet) -> None:
    st.session_state.pop(_key(given), None)
    url_state.go_to_step()


def _classes(given: GivenSet, card: Card, found: Mapping[str, Any]) -> None:
    name = st.session_state.get(upload_step.FOLDER_KEY) or class_mapping.data_set_name(class_mapping.OWN_IMAGES)
    st.html(page_heading(_("Match classes to labels"), set_summary(found)))
    notes = set_remarks(found)
    if found.get("reading"):
        st.caption(translated(found["reading"]))
    if notes:
        st.caption(paragraph(notes))
    counts: Mapping[str, int] = found["classes"]
    classes = {one: _stands_for(given, card, one, images) for one, images in counts.items()}
    if not counts:
        names = listed(label.name for label in card.labels)
        st.write(_("The table must have a column for each label: {labels}.").format(labels=names))
    left_out = sum(images for one, images in counts.items() if not classes[one])
    if left_out:
        sentence = _("{n} of {all} images are left out: their class has no label.")
        st.caption(sentence.format(n=number(left_out), all=number(found["images"])))
    wrong = class_mapping.mapping_fault(card, classes)
    left, right = st.columns([1, 1.2], gap="large", vertical_alignment="bottom")
    title = left.text_input(_("Name of this data set"), name, max_chars=80, key=f"title {_key(given)}")
    keep = given.kind == "upload" and right.checkbox(
        _("Keep the images for one day, to view single cases"),
        value=True,
        key=f"keep {_key(given)}",
        help=_(
            "Kept images lie in a private folder on the server and are deleted after one day, or with the evaluation. "
            "Without this, they are deleted as soon as the evaluation ends."
        ),
    )
    if wrong:
        st.caption(wrong)
    line = st.container(horizontal=True, gap="small")
    title_of_button = _("Evaluate {model}").format(model=translated(card.title))
    if was_pressed(line.button, title_of_button, key="evaluate", type="primary", disabled=bool(wrong)):
        _start(given, card, classes, title, keep)
    line.button(_("Choose other files"), on_click=_again, args=(given,))


def set_summary(found: Mapping[str, Any]) -> str:
    """Return the numbers of images and classes, and what to do next; plain text."""
    classes, images = len(found["classes"]), number(found["images"])
    if not classes:
        return _("{images} images.").format(images=images)
    counted = ngettext("{images} images of {classes} class.", "{images} images of {classes} classes.", classes)
    sentence = counted.format(images=images, classes=number(classes))
    return paragraph([sentence, _("Choose the model's label for each class.")])


def set_remarks(found: Mapping[str, Any]) -> list[str]:
    """Return what will be skipped, a sentence for each reason."""
    sentences = {
        "no_image": _("Skipped files that are not images: {n}."),
        "missing": _("Skipped rows whose file is missing: {n}."),
        "unlabelled": _("Skipped images without a label: {n}."),
    }
    return [sentence.format(n=number(found[name])) for name, sentence in sentences.items() if found.get(name)]


def _stands_for(given: GivenSet, card: Card, name: str, images: int) -> tuple[str, ...]:
    """Draw one class with the choice of its labels; return the chosen labels."""
    titles = {label.name: translated(label.title) for label in card.labels}
    first = class_mapping.suggested_labels(name, card)
    left, right = st.columns([1, 2.2], gap="medium", vertical_alignment="center")
    counted = ngettext("{n} image", "{n} images", images).format(n=number(images))
    left.html(f'<p class="class">{escape(name)}<span>{escape(counted)}</span></p>')
    title, placeholder = _("Label for {name}").format(name=name), _("No label: leave these images out")
    key = f"class {_key(given)} {card.id} {name}"
    with right:
        if card.task == "exclusive":
            return tuple(
                multi_select(
                    title,
                    list(titles),
                    default=first,
                    format_func=titles.__getitem__,
                    key=key,
                    placeholder=placeholder,
                    label_visibility="collapsed",
                )
            )
        chosen = select_box(
            title,
            list(titles),
            index=list(titles).index(first[0]) if first else None,
            format_func=titles.__getitem__,
            key=key,
            placeholder=placeholder,
            label_visibility="collapsed",
        )
        return (chosen,) if chosen else ()


def _start(given: GivenSet, card: Card, classes: Mapping[str, tuple[str, ...]], title: str, keep: bool) -> None:
    unnamed = title.strip() in ("", class_mapping.data_set_name(class_mapping.OWN_IMAGES))
    arguments = given.arguments | {
        "model": card.id,
        "classes": {name: list(labels) for name, labels in classes.items()},
        "title": class_mapping.OWN_IMAGES if unnamed else title.strip(),
        "images_until": time.time() + KEPT_SECONDS if keep else 0,
    }
    try:
        id = account_engine.own_engine().start(EVALUATE, arguments)
    except (Refused, EngineUnavailable) as error:
        notices.render_notice("error", _("The evaluation could not be started"), str(error))
        return
    st.session_state.pop(_key(given), None)
    url_state.go_to_step("job", id)
    st.rerun()
