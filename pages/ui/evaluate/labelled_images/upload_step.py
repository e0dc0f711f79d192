"""Take labelled images: an uploaded archive or folder, or a folder on the server."""

import streamlit as st

from meddx.config import evaluate_roots, max_upload_bytes
from meddx.engine import local
from meddx.errors import EngineUnavailable, Refused
from meddx.types import Refusal
from pages.ui.common import notices
from pages.ui.common.upload_limit import upload_limit_sentence
from pages.ui.diagnose import upload_panel
from pages.ui.evaluate.labelled_images import url_state

ARCHIVE_OPTION, FOLDER_OPTION, SERVER_OPTION = (
    "ZIP archive or files",
    "Folder on this computer",
    "Folder on the server",
)
_UPLOADS, _REFUSED, _WAITING = "evaluate-images-uploads", "evaluate-images-refused", "evaluate-images-waiting"
_POLL_SECONDS = 1.0
FOLDER_KEY = "evaluate-images-name"
"""Session key of the name of the last upload or folder."""
LAYOUT_HELP = (
    "Layout: one sub-folder for each class, named after the class; or images and a CSV file with the columns `path` "
    "and `label`. Optional columns: `patient`, to group cases of one patient; `sex`, `age` and `view`, for subgroups. "
    "Formats: DICOM, PNG or JPEG under any file name, or a MedMNIST archive."
)


def render_upload_step() -> None:
    """Draw the choice between upload and server folder, and its input."""
    st.html(
        '<h1 class="card-title">Evaluate a model on your own images</h1><p class="summary">Upload images with known '
        "labels. The server evaluates them even after you close this page, and skips files that it cannot read.</p>"
    )
    options = [ARCHIVE_OPTION, FOLDER_OPTION, *([SERVER_OPTION] if evaluate_roots() else [])]
    option = st.segmented_control(
        "Source of the images", options, default=ARCHIVE_OPTION, required=True, label_visibility="collapsed"
    )
    refused = st.session_state.get(_REFUSED)
    if isinstance(refused, Refusal):
        notices.render_notice("refused", "These images were not accepted", refused.reason)
    if option == SERVER_OPTION:
        _name_folder()
    else:
        _uploader(directory=option == FOLDER_OPTION)
    st.caption(LAYOUT_HELP)


def _uploader(directory: bool) -> None:
    key = _key(directory)
    st.file_uploader(
        "Labelled images",
        accept_multiple_files="directory" if directory else True,
        key=key,
        on_change=_take,
        args=(key,),
        label_visibility="collapsed",
    )
    if st.session_state.get(_WAITING) == key:
        st.fragment(_take_when_up, run_every=_POLL_SECONDS)(key)
    st.caption(
        f"{upload_limit_sentence()} Uploaded images stay in a private folder on the server "
        "until they have been evaluated."
    )


def _key(directory: bool) -> str:
    """Another key gives another, empty uploader."""
    return f"evaluate-images-{'folder' if directory else 'files'}-{st.session_state.get(_UPLOADS, 0)}"


def _take(key: str) -> None:
    """Hand the uploaded files to the engine and empty Streamlit's upload store; keep them while it is starting."""
    st.session_state.pop(_WAITING, None)
    files = st.session_state.get(key)
    if not files or key not in (_key(directory=False), _key(directory=True)):
        return  # an interrupted run calls again
    engine = local.engine()
    try:
        if sum(file.size for file in files) > max_upload_bytes():
            raise Refused(
                "too-large-upload",
                f"{upload_limit_sentence()} Upload less, or have the images put into a folder on the server.",
            )
        token = engine.upload((file.name, [file.getbuffer()]) for file in files)
    except Refused as refused:
        st.session_state[_REFUSED] = Refusal(refused.rule, refused.reason)
    except EngineUnavailable as error:
        if engine.status().state == "starting":
            st.session_state[_WAITING] = key
            return
        st.session_state[_REFUSED] = Refusal("engine-unavailable", str(error))
    else:
        st.session_state.pop(_REFUSED, None)
        st.session_state[FOLDER_KEY] = files[0].name.partition("/")[0].removesuffix(".zip") if files else ""
        url_state.go_to_step("upload", token)
    upload_panel.drop_upload_bytes(files)
    st.session_state[_UPLOADS] = st.session_state.get(_UPLOADS, 0) + 1


def _take_when_up(key: str) -> None:
    _take(key)
    if _WAITING not in st.session_state:
        st.rerun()
    notices.render_notice("waiting", "The engine is starting", "It takes the images as soon as it is up.")


def _name_folder() -> None:
    with st.form("evaluate-images-on-server", border=False):
        path = st.text_input("Folder, CSV file or NumPy archive", placeholder="chest_xray/test")
        named = st.form_submit_button("Open")
    roots = ", ".join(f"`{root}`" for root in evaluate_roots())
    st.caption(f"The path must lie inside {roots}. Images are read in place; nothing is copied.")
    if named and path.strip():
        st.session_state[FOLDER_KEY] = path.strip()
        st.session_state.pop(url_state.survey_key("folder", path.strip()), None)  # it may have changed since
        url_state.go_to_step("folder", path.strip())
        st.rerun()
