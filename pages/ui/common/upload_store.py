"""Streamlit's store of uploaded files, which keeps them until the tab closes unless they are dropped."""

from collections.abc import Iterable

from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.ui.common import tabs


def drop_ended() -> None:
    """Delete the files of tabs that Streamlit keeps no longer."""
    store = runtime.get_instance().uploaded_file_mgr
    if isinstance(store, MemoryUploadedFileManager):
        for tab in [tab for tab in list(store.file_storage) if not tabs.is_kept(tab)]:
            store.remove_session_files(tab)


def drop_upload_bytes(files: Iterable[UploadedFile]) -> None:
    """Delete Streamlit's copy of uploaded files; for use inside a callback."""
    context = get_script_run_ctx()
    assert context is not None, "callbacks run inside a script run"
    store = context.uploaded_file_mgr
    if isinstance(store, MemoryUploadedFileManager):
        for file in files:
            store.remove_file(context.session_id, file.file_id)
