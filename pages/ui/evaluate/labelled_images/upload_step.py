"""Ways to give labelled images: upload an archive or a folder, or name a folder that the server may read."""

import streamlit as st

from meddx.config import evaluate_roots, max_upload_bytes
from meddx.engine import local
from meddx.errors import EngineUnavailable, Refused
from meddx.types import Refusal
from pages.ui.common import notices
from pages.ui.diagnose import upload_panel
from pages.ui.evaluate.labelled_images import url_state

ARCHIVE_OPTION, FOLDER_OPTION, SERVER_OPTION = (
    "A ZIP archive, or files",
    "A folder of this computer",
    "A folder on the server",
)
_UPLOADS, _REFUSED, _WAITING = "evaluate-images-uploads", "evaluate-images-refused", "evaluate-images-waiting"
_POLL_SECONDS = 1.0
FOLDER_KEY = "evaluate-images-name"
"""Of what was given last, as the reader calls it."""
LAYOUT_HELP = (
    "A sub-folder for each class, named after it; or images with a CSV file whose columns `path` and `label` say which "
    "image is what. Columns `patient`, `sex`, `age` and `view` are used where they are there: cases of one patient are "
    "then counted as related, and the others become groups. DICOM, PNG or JPEG, under any name; MedMNIST archives too."
)


def render_upload_step() -> None:
    """The choice of a way, and its widget."""
    st.html(
        '<h1 class="card-title">Measure a model on your own images</h1><p class="summary">Give images whose truth you '
        "know. The server reads them one by one, also while this page is closed, and skips those that cannot be "
        "read.</p>"
    )
    ways = [ARCHIVE_OPTION, FOLDER_OPTION, *([SERVER_OPTION] if evaluate_roots() else [])]
    way = st.segmented_control("Way", ways, default=ARCHIVE_OPTION, required=True, label_visibility="collapsed")
    refused = st.session_state.get(_REFUSED)
    if isinstance(refused, Refusal):
        notices.render_notice("refused", "These images were not taken", refused.reason)
    if way == SERVER_OPTION:
        _name_folder()
    else:
        _uploader(directory=way == FOLDER_OPTION)
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
        f"At most {max_upload_bytes() >> 20:,} MB in all. Uploaded images lie in a private folder of the server until "
        "they have been measured."
    )


def _key(directory: bool) -> str:
    """Another key gives another, empty uploader."""
    return f"evaluate-images-{'folder' if directory else 'files'}-{st.session_state.get(_UPLOADS, 0)}"


def _take(key: str) -> None:
    """Hand the uploaded files to the engine, and leave Streamlit none; while it is starting, Streamlit keeps them."""
    st.session_state.pop(_WAITING, None)
    files = st.session_state.get(key)
    if not files or key not in (_key(directory=False), _key(directory=True)):
        return  # an interrupted run calls again
    engine = local.engine()
    try:
        if sum(file.size for file in files) > max_upload_bytes():
            raise Refused(
                "too-large-upload",
                f"At most {max_upload_bytes() >> 20:,} MB are taken at once; name a folder on the server instead.",
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
        named = st.form_submit_button("Look at it")
    roots = ", ".join(f"`{root}`" for root in evaluate_roots())
    st.caption(f"Below {roots}. Images there are read in place: nothing is copied.")
    if named and path.strip():
        st.session_state[FOLDER_KEY] = path.strip()
        url_state.go_to_step("folder", path.strip())
        st.rerun()
