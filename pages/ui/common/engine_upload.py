"""An uploader whose files go to the engine as they are, so that no untrusted byte is parsed in the web process."""

from collections.abc import Callable
from typing import Any, Literal

import streamlit as st

from meddx.config import max_upload_bytes
from meddx.engine.contract import UploadKind
from meddx.errors import EngineUnavailable, Refused
from meddx.types import Refusal
from pages.ui.common import account_engine, notices
from pages.ui.common.language.language import _
from pages.ui.common.name_on_reading import name_on_reading
from pages.ui.common.upload_limit import max_upload_mb
from pages.ui.common.upload_store import drop_upload_bytes

_POLL_SECONDS = 1.0
Several = Literal["files", "folder"] | None
"""Whether an uploader takes several files, a folder of them, or one file."""
Taken = Callable[[str, str], None]
"""Called with the upload's token, and the name of its first file or folder."""


def render_engine_uploader(
    name: str, label: str, taken: Taken, several: Several = None, kind: UploadKind = "images"
) -> None:
    """Draw the uploader, with the reason why the last upload was not taken; call `taken` once the engine has it.

    name: of the uploader in the session. label: for the reader, drawn by whoever calls.
    """
    refused = st.session_state.get(f"{name} refused")
    if isinstance(refused, Refusal):
        notices.render_notice("refused", _("This upload was not accepted"), refused.reason)
    key = _key(name, several)
    taking: dict[str, Any] = {"key": key, "on_change": _take, "args": (name, several, key, taken, kind)}
    if several is None:
        st.file_uploader(label, label_visibility="collapsed", **taking)
    else:
        st.file_uploader(
            label, accept_multiple_files="directory" if several == "folder" else True, label_visibility="collapsed",
            **taking,
        )  # fmt: skip
    if st.session_state.get(f"{name} waiting") == key:
        st.fragment(_take_when_up, run_every=_POLL_SECONDS)(name, several, key, taken, kind)


def _key(name: str, several: Several) -> str:
    """Another key gives another, empty uploader."""
    return f"{name} {several or 'file'} {st.session_state.get(f'{name} uploads', 0)}"


def _take(name: str, several: Several, key: str, taken: Taken, kind: UploadKind = "images") -> None:
    """Hand the uploaded files to the engine and empty Streamlit's upload store; keep them while it is starting."""
    st.session_state.pop(f"{name} waiting", None)
    held = st.session_state.get(key)
    if not held or key != _key(name, several):
        return  # an interrupted run calls again
    files = held if isinstance(held, list) else [held]
    engine = account_engine.own_engine()
    try:
        if sum(file.size for file in files) > max_upload_bytes():
            limit = max_upload_mb()
            raise Refused(
                "too-large-upload",
                f"At most {limit:,} MB can be uploaded at a time. Upload less, or have the files put into a folder on "
                "the server.",
            )
        token = engine.upload(((file.name, [file.getbuffer()]) for file in files), kind)
    except Refused as refused:
        st.session_state[f"{name} refused"] = Refusal(refused.rule, refused.reason)
    except EngineUnavailable as error:
        if engine.status().state == "starting":
            st.session_state[f"{name} waiting"] = key
            return
        st.session_state[f"{name} refused"] = Refusal("engine-unavailable", str(error))
    else:
        st.session_state.pop(f"{name} refused", None)
        first = files[0].name.partition("/")[0].removesuffix(".zip")
        taken(token, name_on_reading(first) if kind == "images" else first)
    drop_upload_bytes(files)
    st.session_state[f"{name} uploads"] = st.session_state.get(f"{name} uploads", 0) + 1


def _take_when_up(name: str, several: Several, key: str, taken: Taken, kind: UploadKind) -> None:
    _take(name, several, key, taken, kind)
    if f"{name} waiting" not in st.session_state:
        st.rerun()
    notices.render_notice("waiting", _("The engine is starting"), _("It takes the files as soon as it is up."))
