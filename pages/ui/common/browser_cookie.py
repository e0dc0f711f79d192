"""The cookie by which a browser is known again after a reload: random, without meaning outside this server's memory.

An address would tell whoever sees it (history, links, logs of proxies); a script of a page cannot read this cookie.
"""

import secrets

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.ui.common.page_addresses import page_paths
from pages.ui.common.request_cookies import cookie

PLAIN, SECURE = "meddx-browser", "__Host-meddx-browser"
"""By http and by https: with the prefix no other host can set it (RFC 6265bis, 4.1.3.2)."""
_BYTES = 32
_LENGTH = len(secrets.token_urlsafe(_BYTES))


class BrowserCookie:
    """Give a browser that opens a page without the cookie a new one, until it is closed. ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request: call the app, and set the cookie where a page is asked for without one."""
        name = SECURE if scope.get("scheme") == "https" else PLAIN
        opens = scope["type"] == "http" and scope["method"] == "GET" and scope["path"] in page_paths()
        if not opens or _is_token(cookie(Headers(scope=scope), name)):
            await self._app(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                secure = "; Secure" if name == SECURE else ""
                value = f"{name}={secrets.token_urlsafe(_BYTES)}; Path=/; HttpOnly; SameSite=Lax{secure}"
                headers.append("Set-Cookie", value)
                headers["Cache-Control"] = "no-store"  # no proxy may hand it to others
            await send(message)

        await self._app(scope, receive, send_with_cookie)


def browser_token() -> str:
    """Return the token of the browser whose script is running, "" where it has none, as one that blocks cookies."""
    cookies = st.context.cookies
    for name in (SECURE, PLAIN):
        token = cookies.get(name)
        if isinstance(token, str) and _is_token(token):
            return token
    return ""


def _is_token(text: str) -> bool:
    return len(text) == _LENGTH and text.isascii()
