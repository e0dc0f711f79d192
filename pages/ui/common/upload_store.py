"""Streamlit's store of uploaded files, which keeps them until the tab closes unless they are dropped."""

from collections.abc import Iterable

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile


def drop_upload_bytes(files: Iterable[UploadedFile]) -> None:
    """Delete Streamlit's copy of uploaded files; for use inside a callback."""
    context = get_script_run_ctx()
    assert context is not None, "callbacks run inside a script run"
    store = context.uploaded_file_mgr
    if isinstance(store, MemoryUploadedFileManager):
        for file in files:
            store.remove_file(context.session_id, file.file_id)
