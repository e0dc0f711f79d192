"""Take labelled images: an uploaded archive or folder, or a folder on the server."""

import streamlit as st

from meddx.config import evaluate_roots
from meddx.deidentification_settings import reading_keeps_characteristics
from pages.ui.common import engine_upload
from pages.ui.common.html import page_heading
from pages.ui.common.language.formatting import listed, paragraph
from pages.ui.common.language.language import N_, _
from pages.ui.common.name_on_reading import deidentifies
from pages.ui.common.presses import was_pressed
from pages.ui.common.upload_limit import upload_limit_sentence
from pages.ui.evaluate.labelled_images import url_state

ARCHIVE_OPTION, FOLDER_OPTION, SERVER_OPTION = (
    N_("ZIP archive or files"),
    N_("Folder on this computer"),
    N_("Folder on the server"),
)
FOLDER_KEY = "evaluate-images-name"
"""Session key of the name of the last upload or folder."""
LAYOUT_HELP = N_(
    "Layout: one sub-folder for each class, named after the class; or images and a CSV file with the columns `path` "
    "and `label` (names such as `image_id` and `diagnosis` do as well), or with a column of 1 and 0 for each label. "
    "Optional columns: `patient`, to group cases of one patient; `sex`, `age` and `view`, for subgroups. "
    "Formats: DICOM, PNG or JPEG under any file name, or a MedMNIST archive."
)
DEIDENTIFIED = N_(
    "This server takes out of every file what identifies its patient: images and patients get pseudonyms, NumPy "
    "archives are refused, and of a table stay image, label, patient, split, frame, view, boxes and masks."
)


def render_upload_step() -> None:
    """Draw the choice between upload and server folder, and its input."""
    summary = _(
        "Upload images with known labels. The server evaluates them even after you close this page, and skips files "
        "that it cannot read."
    )
    st.html(page_heading(_("Evaluate a model on your own images"), summary))
    options = [ARCHIVE_OPTION, FOLDER_OPTION, *([SERVER_OPTION] if evaluate_roots() else [])]
    option = st.segmented_control(
        _("Source of the images"),
        options,
        default=ARCHIVE_OPTION,
        required=True,
        format_func=_,
        label_visibility="collapsed",
        key="evaluate-images-option",
    )
    if option == SERVER_OPTION:
        _name_folder()
    else:
        _uploader(directory=option == FOLDER_OPTION)
    st.caption(_(LAYOUT_HELP))
    if deidentifies() and option != SERVER_OPTION:
        described = (
            _("Sex, age and the fields of a record that a model takes stay too; notes are left out.")
            if reading_keeps_characteristics()
            else _("Sex, age, the fields of records and notes are left out.")
        )
        st.caption(paragraph([_(DEIDENTIFIED), described]))


def _uploader(directory: bool) -> None:
    several: engine_upload.Several = "folder" if directory else "files"
    engine_upload.render_engine_uploader("evaluate-images", _("Labelled images"), _taken, several)
    st.caption(
        paragraph(
            [
                upload_limit_sentence(),
                _("Uploaded images stay in a private folder on the server until they have been evaluated."),
            ]
        )
    )


def _taken(token: str, name: str) -> None:
    st.session_state[FOLDER_KEY] = name
    url_state.go_to_step("upload", token)


def _name_folder() -> None:
    with st.form("evaluate-images-on-server", border=False):
        path = st.text_input(
            _("Folder, CSV file or NumPy archive"), placeholder="chest_xray/test", key="evaluate folder"
        )
        named = was_pressed(st.form_submit_button, _("Open"), key="open server folder")
    roots = listed(f"`{root}`" for root in evaluate_roots())
    st.caption(
        _("The path must lie inside {folders}. Images are read in place; nothing is copied.").format(folders=roots)
    )
    if named and path.strip():
        st.session_state[FOLDER_KEY] = path.strip()
        st.session_state.pop(url_state.survey_key("folder", path.strip()), None)  # it may have changed since
        url_state.go_to_step("folder", path.strip())
        st.rerun()
