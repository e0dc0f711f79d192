"""The tabs of browsers as Streamlit knows them: each has a session, which outlives its tab for a minute."""

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx


def this_tab() -> str:
    """Return the id of the tab whose script is running, "" outside a script."""
    context = get_script_run_ctx(suppress_warning=True)
    return "" if context is None else context.session_id


def is_connected(tab: str) -> bool:
    """Return whether the tab is connected."""
    return runtime.get_instance().is_active_session(tab)


def is_kept(tab: str) -> bool:
    """Return whether Streamlit still has the tab's session: open, or closed for less than disconnectedSessionTTL."""
    return runtime.get_instance()._session_mgr.get_session_info(tab) is not None
