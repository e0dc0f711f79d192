"""Films survive a reload: the new tab takes up the session that its predecessor in the same browser has left.

A session is held weakly, so it ends when Streamlit's own does. It belongs to one tab at a time.
"""

import threading
import time
from hmac import compare_digest
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from pages.ui.common import tabs

if TYPE_CHECKING:
    from pages.ui.common.session import Session

_WAIT, _SHORT_WAIT = 1.0, 0.3
"""Seconds that a reloaded tab's own connection may take to close: where the address names its film, and where this may
as well be a new tab beside another one."""
_lock = threading.Lock()
_browsers: "WeakKeyDictionary[Session, str]" = WeakKeyDictionary()


def keep(session: "Session", browser: str) -> None:
    """Let tabs of this browser take the session up once its own tab is gone. browser: its token, "" for none."""
    if browser:
        with _lock:
            _browsers[session] = browser


def drop_if_ended(session: "Session") -> bool:
    """Drop a session's images where Streamlit keeps its tab no longer; return whether there were some."""
    with _lock:
        if not session.tab or session.is_empty or tabs.is_kept(session.tab):
            return False
        session.drop_all()
        return True


def take_up(browser: str, tab: str, film: str = "") -> "Session | None":
    """Give the tab the session that a closed tab of the same browser left last, None where there is none.

    film: beginning of the SHA-256 of a film that the address names; the session that has it is preferred.
    """
    begun = time.monotonic()
    while browser:
        with _lock:
            own = [one for one, token in _browsers.items() if compare_digest(token, browser) and not one.is_empty]
            left = [one for one in own if not tabs.is_connected(one.tab) and tabs.is_kept(one.tab)]
            if left:
                chosen = max(left, key=lambda one: (one.has_film(film), one.used))
                chosen.tab = tab
                return chosen
        wait = _WAIT if any(one.has_film(film) for one in own) else _SHORT_WAIT
        if not own or time.monotonic() > begun + wait:
            return None
        time.sleep(0.05)
    return None
