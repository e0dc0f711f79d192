"""Refuse requests that name another host, and websockets that another site opens.

A foreign name that resolves to this server's address (DNS rebinding) would make a stranger's page same-origin with it.
No such page can state an IP address or localhost as its host, so those are always allowed.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.ui.common.language.language import N_, _

REFUSED_HOST = N_(
    "This server does not answer under this name. Use its IP address, or have the name added to server.allowedHosts "
    "(docs/settings.md)."
)
REFUSED_ORIGIN = N_("A page of another site may not connect to this server.")


class AllowedHosts:
    """Answer 400 where the Host header names another host, 403 where another origin opens a websocket. ASGI middleware.

    Allowed are localhost, every IP address, and the names in Streamlit's server.allowedHosts ("*.name" for all below
    one). Other origins are those in server.corsAllowedOrigins. Streamlit's own test of an origin looks up this
    machine's address at an outside service first; what is refused here never comes to that.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host, origin = headers.get("host"), headers.get("origin")
        if not host_allowed(host):
            await PlainTextResponse(_(REFUSED_HOST), 400)(scope, receive, send)
        elif scope["type"] == "websocket" and origin is not None and not _origin_allowed(origin, host):
            await PlainTextResponse(_(REFUSED_ORIGIN), 403)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def host_allowed(host: str | None) -> bool:
    """Return whether the value of a Host header names this server; None, no header, does not."""
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".") if host else ""
    except ValueError:
        return False
    if name == "localhost" or _is_address(name):
        return True
    allowed = [str(entry).strip().lower().rstrip(".") for entry in st.get_option("server.allowedHosts")]
    return bool(name) and any(
        name.endswith(entry[1:]) if entry.startswith("*.") else entry in (name, "*") for entry in allowed
    )


def _origin_allowed(origin: str, host: str | None) -> bool:
    return urlsplit(origin).netloc == host or origin in st.get_option("server.corsAllowedOrigins")


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
