"""Let an account reach the sessions of its own tabs alone, whoever learns the id of another's."""

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config

from pages.ui.common import tabs
from pages.ui.common.language.language import N_, _
from pages.ui.common.upload_tab import upload_tab
from pages.ui.sign_in.current_account import owner_of

_HEADER = "x-meddx-account"
NO_TAB = N_("No tab of yours has this session. Load the page anew.")


def tell_streamlit() -> None:
    """Have Streamlit keep with each session whose it is, and let no other take it up; call before it serves."""
    config.set_option("server.trustedUserHeaders", {_HEADER: tabs.ACCOUNT})
    config.set_option("server.enableAgentApi", False)  # its routes would believe the header of any request


class OwnTabs:
    """Say on each websocket whose it is, and answer 404 where files of another's tab are put or removed.

    ASGI middleware, behind the gate. A browser that comes back states the session that it had: Streamlit goes on with
    it where the account is the same, and else begins a new one. What a browser sends in that header is left out.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        app = self._app
        if scope["type"] == "websocket":
            scope = await _named(scope)
        elif (tab := upload_tab(scope)) is not None:
            name = await run_in_threadpool(owner_of, Headers(scope=scope))
            if tabs.account_name(tab) not in (None, name):  # what is no session at all Streamlit answers itself
                app = PlainTextResponse(_(NO_TAB), 404)
        await app(scope, receive, send)


async def _named(scope: Scope) -> Scope:
    name = await run_in_threadpool(owner_of, Headers(scope=scope))
    headers = [one for one in scope["headers"] if one[0].lower() != _HEADER.encode()]
    return {**scope, "headers": [*headers, (_HEADER.encode(), name.encode())]}
