"""Uploads go with the tabs that use them: one that no tab uses any more, and no job has taken, is removed.

A tab that is reloaded uses it again within the minute that Streamlit keeps the old one's session.
"""

import threading
from contextlib import suppress

from streamlit import runtime

from meddx.engine import local
from meddx.errors import EngineUnavailable, Refused
from pages.ui.common import tabs

_lock = threading.Lock()
_holders: dict[str, set[str]] = {}


def hold(token: str) -> None:
    """Note that the tab whose script is running uses the upload."""
    tab = tabs.this_tab()
    if not tab or not runtime.exists():
        return
    with _lock:
        _holders.setdefault(token, set()).add(tab)


def discard_unused() -> None:
    """Have the engine remove the uploads whose tabs have all gone; those that it cannot remove now are tried again."""
    with _lock:
        held = {token: set(users) for token, users in _holders.items()}
    for token, users in held.items():
        if any(map(tabs.is_kept, users)):
            continue
        with suppress(EngineUnavailable):
            with suppress(Refused):
                local.engine().discard_upload(token)
            with _lock:
                if _holders.get(token) == users:
                    del _holders[token]
