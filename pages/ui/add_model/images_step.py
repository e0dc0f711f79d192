"""Take labelled images to calibrate and test a model on, or go on without."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from meddx.config import evaluate_roots
from pages.ui.add_model import url_state
from pages.ui.common import engine_upload, notices, session_job
from pages.ui.common.language.formatting import listed, paragraph
from pages.ui.common.language.language import N_, _, number
from pages.ui.common.language.translated import translated
from pages.ui.common.presses import was_pressed
from pages.ui.common.upload_limit import upload_limit_sentence
from pages.ui.evaluate.labelled_images.class_mapping_step import set_remarks
from pages.ui.evaluate.labelled_images.upload_step import LAYOUT_HELP

ARCHIVE, FOLDER, SERVER, NONE = (
    N_("ZIP archive or files"),
    N_("Folder on this computer"),
    N_("Folder on the server"),
    N_("No images"),
)
WITHOUT_IMAGES = N_(
    "Without labelled images the model answers with raw scores: no calibrated probability, no threshold, no prediction "
    "set, no warning of images unlike its own. Every page will say so. `meddx model recalibrate` can add them later."
)


@dataclass(frozen=True)
class GivenImages:
    """The labelled images that were given. name: of the set; classes: its name of a class -> images.

    label_columns: of a table, those that mark labels.
    """

    name: str
    images: int
    classes: dict[str, int]
    label_columns: tuple[str, ...] = ()


def render_images_step(name: str = "add-model", *, may_lack: bool = True) -> GivenImages | bool:
    """Draw the choice of labelled images; return them, False for none, True while they are chosen or read.

    name: of the task in the session. may_lack: whether the reader may go on without images.
    """
    arguments = url_state.image_arguments()
    if arguments:
        return _inspected(name, arguments)
    options = [ARCHIVE, FOLDER, *([SERVER] if evaluate_roots() else []), *([NONE] if may_lack else [])]
    option = st.segmented_control(
        _("Labelled images"),
        options,
        default=ARCHIVE,
        required=True,
        format_func=_,
        label_visibility="collapsed",
        key=f"{name}-images",
    )
    if option == NONE:
        st.caption(_(WITHOUT_IMAGES))
        return False
    if option == SERVER:
        _name_folder(name)
    else:
        several: engine_upload.Several = "folder" if option == FOLDER else "files"
        engine_upload.render_engine_uploader(f"{name}-images", _("Labelled images"), partial(_taken, name), several)
        st.caption(upload_limit_sentence())
    st.caption(_(LAYOUT_HELP))
    return True


def _taken(task: str, token: str, name: str) -> None:
    st.session_state[_name_key(task)] = name
    url_state.give("images", token)


def _name_key(task: str) -> str:
    return f"{task}-images-name"


def _name_folder(task: str) -> None:
    with st.form(f"{task}-folder", border=False):
        path = st.text_input(
            _("Folder, CSV file or NumPy archive"), placeholder="chest_xray/train", key=f"{task} folder"
        )
        named = was_pressed(st.form_submit_button, _("Open"), key="open images on server")
    roots = listed(f"`{root}`" for root in evaluate_roots())
    st.caption(_("The path must lie inside {folders}.").format(folders=roots))
    if named and path.strip():
        st.session_state[_name_key(task)] = path.strip()
        url_state.give("folder", path.strip())
        st.rerun()


def _inspected(task: str, arguments: dict[str, str]) -> GivenImages | bool:
    key = f"{task} images {arguments}"
    status = session_job.render_session_job(key, "inspect_labelled_set", arguments, _("Reading the files"))
    if status is None:
        return True
    if status.state != "done":
        notices.render_notice("refused", _("These images cannot be used"), status.message)
        st.button(_("Choose other images"), on_click=_again, args=(key,))
        return True
    found = status.result
    st.write(_found_text(found))
    if remarks := [*filter(None, [translated(found["reading"])]), *set_remarks(found)]:
        st.caption(paragraph(remarks))
    st.button(_("Choose other images"), on_click=_again, args=(key,), type="tertiary")
    name = st.session_state.get(_name_key(task)) or "labelled images"  # goes into the model card
    return GivenImages(name, found["images"], dict(found["classes"]), tuple(found["label_columns"]))


def _found_text(found: Mapping[str, Any]) -> str:
    """Return how many images of which classes the job "inspect_labelled_set" found, a sentence."""
    count = number(found["images"])
    if not found["classes"]:
        return _("{count} images, a column for each label.").format(count=count)
    one = _("{name} ({count})")
    classes = listed(one.format(name=name, count=number(images)) for name, images in found["classes"].items())
    return _("{count} images: {classes}.").format(count=count, classes=classes)


def _again(key: str) -> None:
    session_job.forget_session_job(key)
    url_state.give("images", None)
    url_state.give("folder", None)
