"""What a tab leaves is dropped soon after its end, whether or not anybody else connects.

Streamlit forgets a closed tab's session only when another one is kept, and its objects form circles, which the
automatic collection of garbage may leave for hours.
"""

import logging
import threading

from meddx.errors import without_content
from meddx.free_memory import release_free_memory
from pages.ui.common import session, tabs, upload_leases, upload_store

_log = logging.getLogger("meddx")

_LOOK_SECONDS = 5.0


def watch(until: threading.Event) -> threading.Thread:
    """Start the thread that looks every few seconds, until the event is set, and return it."""
    thread = threading.Thread(target=_watch, args=(until,), name="ended-tabs", daemon=True)
    thread.start()
    return thread


def drop_ended() -> None:
    """Drop images, files and uploads of tabs that Streamlit keeps no longer."""
    forgotten = tabs.forget_expired()
    dropped = session.drop_ended()
    upload_store.drop_ended()
    upload_leases.discard_unused()
    if forgotten or dropped:
        release_free_memory()


def _watch(until: threading.Event) -> None:
    while not until.wait(_LOOK_SECONDS):
        try:
            drop_ended()
        except Exception as error:
            _log.error("what ended tabs left was not dropped: %s", without_content(error))
