"""The tabs of browsers as Streamlit knows them: each has a session, which outlives its tab for a minute."""

from streamlit import runtime
from streamlit.runtime.caching.ttl_cache import TTLCache
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

ACCOUNT = "meddx_account"
"""Under which Streamlit keeps with a session whose it is."""


def this_tab() -> str:
    """Return the id of the tab whose script is running, "" outside a script."""
    context = get_script_run_ctx(suppress_warning=True)
    return "" if context is None else context.session_id


def forget_expired() -> int:
    """End the sessions whose time is over; return how many that were.

    Streamlit forgets them by itself only when it keeps another one, and does not end them: an export whose button was
    drawn stays registered then, and holds its image, as long as the server runs.
    """
    manager = runtime.get_instance()._session_mgr
    if not isinstance(manager, WebsocketSessionManager) or not isinstance(
        manager._session_storage, MemorySessionStorage
    ):
        return 0
    cache = manager._session_storage._cache
    assert isinstance(cache, TTLCache)
    with manager._storage_lock:
        expired = cache.expire()
    for _, info in expired:
        info.session.shutdown()
    return len(expired)


def account_name(tab: str) -> str | None:
    """Return the name of the account whose websocket began the tab's session, "" for none; None for no session."""
    info = runtime.get_instance()._session_mgr.get_session_info(tab)
    return None if info is None else str(info.session._user_info.get(ACCOUNT) or "")


def is_connected(tab: str) -> bool:
    """Return whether the tab is connected."""
    return runtime.get_instance().is_active_session(tab)


def is_kept(tab: str) -> bool:
    """Return whether Streamlit still has the tab's session: open, or closed for less than disconnectedSessionTTL."""
    return runtime.get_instance()._session_mgr.get_session_info(tab) is not None
