"""Ways to give labelled films: upload an archive or a folder, or name a folder that the server may read."""

import streamlit as st

from meddx.config import evaluate_roots, max_upload_bytes
from meddx.engine.incoming import receive
from meddx.errors import Refused
from meddx.types import Refusal
from pages.ui import states, uploads
from pages.ui.evaluate.films import address

ARCHIVE, FOLDER, ON_SERVER = "A ZIP archive, or files", "A folder of this computer", "A folder on the server"
_UPLOADS, _REFUSED = "evaluate-films-uploads", "evaluate-films-refused"
NAME = "evaluate-films-name"
"""Of what was given last, as the reader calls it."""
FORMS = (
    "A sub-folder for each class, named after it; or films with a CSV file whose columns `path` and `label` say which "
    "film is what. Columns `patient`, `sex`, `age` and `view` are used where they are there: cases of one patient are "
    "then counted as related, and the others become groups. DICOM, PNG or JPEG, under any name; MedMNIST archives too."
)


def show() -> None:
    """The choice of a way, and its widget."""
    st.html(
        '<h1 class="card-title">Measure a model on your own films</h1><p class="summary">Give films whose truth you '
        "know. The server reads them one by one, also while this page is closed, and skips those that cannot be "
        "read.</p>"
    )
    ways = [ARCHIVE, FOLDER, *([ON_SERVER] if evaluate_roots() else [])]
    way = st.segmented_control("Way", ways, default=ARCHIVE, required=True, label_visibility="collapsed")
    refused = st.session_state.get(_REFUSED)
    if isinstance(refused, Refusal):
        states.panel("refused", "These films were not taken", refused.reason)
    if way == ON_SERVER:
        _name_folder()
    else:
        _uploader(directory=way == FOLDER)
    st.caption(FORMS)


def _uploader(directory: bool) -> None:
    key = f"evaluate-films-{'folder' if directory else 'files'}-{st.session_state.get(_UPLOADS, 0)}"
    st.file_uploader(
        "Labelled films",
        accept_multiple_files="directory" if directory else True,
        key=key,
        on_change=_take,
        args=(key,),
        label_visibility="collapsed",
    )
    st.caption(
        f"At most {max_upload_bytes() >> 20:,} MB in all. Uploaded films lie in a private folder of the server until "
        "they have been measured."
    )


def _take(key: str) -> None:
    """Put the uploaded files where the engine finds them, and leave Streamlit none."""
    files = st.session_state.get(key)
    if not files:
        return  # an interrupted run calls again
    try:
        if sum(file.size for file in files) > max_upload_bytes():
            raise Refused(
                "too-large-upload",
                f"At most {max_upload_bytes() >> 20:,} MB are taken at once; name a folder on the server instead.",
            )
        token = receive((file.name, file.getbuffer()) for file in files)
    except Refused as refused:
        st.session_state[_REFUSED] = Refusal(refused.rule, refused.reason)
    except OSError as error:
        st.session_state[_REFUSED] = Refusal("not-stored", f"The server could not store the films: {error.strerror}.")
    else:
        st.session_state.pop(_REFUSED, None)
        st.session_state[NAME] = files[0].name.partition("/")[0].removesuffix(".zip") if files else ""
        address.go("upload", token)
    uploads.forget(files)
    st.session_state[_UPLOADS] = st.session_state.get(_UPLOADS, 0) + 1


def _name_folder() -> None:
    with st.form("evaluate-films-on-server", border=False):
        path = st.text_input("Folder, CSV file or NumPy archive", placeholder="chest_xray/test")
        named = st.form_submit_button("Look at it")
    roots = ", ".join(f"`{root}`" for root in evaluate_roots())
    st.caption(f"Below {roots}. Films there are read in place: nothing is copied.")
    if named and path.strip():
        st.session_state[NAME] = path.strip()
        address.go("folder", path.strip())
        st.rerun()
