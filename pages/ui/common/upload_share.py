"""Refuse a file that a session, or the server, has no room for, before its bytes are taken.

Streamlit looks at each file alone and keeps it in memory, so that a program could fill the memory with many.
"""

import threading
from collections import Counter

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from meddx.config import max_held_bytes, max_upload_bytes
from pages.ui.common import session
from pages.ui.common.language.language import N_, _
from pages.ui.common.upload_tab import upload_tab

FULL = N_("This session holds as many bytes as one may. Remove some images first.")
BUSY = N_("The server holds as many images as it may. Try again when others have left.")
NO_LENGTH = N_("State the length of the file.")
_MULTIPART_BYTES = 10_000
"""Of a form around a file."""


class UploadShare:
    """Answer 413 to an upload beyond a session's share, 503 beyond all sessions', 411 without length. ASGI middleware.

    What a session holds are its images, the files that no script has taken yet, and those that are arriving.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._arriving: Counter[str] = Counter()
        self._lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        tab = upload_tab(scope)
        if tab is None or scope["method"] != "PUT":
            await self._app(scope, receive, send)
            return
        length = Headers(scope=scope).get("content-length", "")
        if not length.isdecimal():
            await PlainTextResponse(_(NO_LENGTH), 411)(scope, receive, send)
            return
        coming = int(length)
        if refusal := self._take(tab, coming):
            await PlainTextResponse(_(refusal), 413 if refusal == FULL else 503)(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            with self._lock:
                self._arriving[tab] -= coming
                self._arriving += Counter()

    def _take(self, tab: str, coming: int) -> str:
        """Note what comes and return "", or return why it may not come."""
        with self._lock:
            held = Counter(session.held_bytes())
            held.update(_waiting_bytes())
            held.update(self._arriving)
            if held[tab] + coming > max_upload_bytes() + _MULTIPART_BYTES:
                return FULL
            if held.total() + coming > max_held_bytes():
                return BUSY
            self._arriving[tab] += coming
        return ""


def _waiting_bytes() -> dict[str, int]:
    """Return by tab the bytes in Streamlit's store."""
    store = runtime.get_instance().uploaded_file_mgr if runtime.exists() else None
    if not isinstance(store, MemoryUploadedFileManager):
        return {}
    return {
        tab: sum(len(file.data) for file in list(files.values())) for tab, files in list(store.file_storage.items())
    }
