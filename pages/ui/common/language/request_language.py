"""The language of what the server draws without Streamlit: the form to sign in with, and refusals of requests."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.ui.common.language.language import LANGUAGE_COOKIE, drawn_in, kept_language
from pages.ui.common.request_cookies import cookie


class RequestLanguage:
    """Have `_` and `translated` speak the language of whoever sent a request. ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request: call the app in the language that the browser keeps or asks for."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        asked = headers.get("accept-language", "").partition(",")[0].partition(";")[0].strip()
        with drawn_in(kept_language("", cookie(headers, LANGUAGE_COOKIE), asked)):
            await self._app(scope, receive, send)
