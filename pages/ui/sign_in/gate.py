"""Let nobody in who is not signed in: a gate in front of every route, pages, images, uploads and websockets alike."""

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from meddx.accounts.accounts import sign_in_needed
from meddx.accounts.sign_ins import SignIns
from meddx.config import sign_in_elsewhere
from pages.ui.common.language.language import N_, _
from pages.ui.sign_in.addresses import open_paths, sign_in_address, token_of
from pages.ui.sign_in.open_to import is_this_computer

OTHERS_REFUSED = N_(
    "Only the computer that meddx runs on may use it, since it has no accounts. Add one with `python -m meddx users "
    "add NAME`, or have it sign people in through a provider or a proxy in front (docs/settings.md)."
)
NOT_SIGNED_IN = N_("Sign in first.")
_CLOSED = 4401
"""Close code of a websocket whose sign-in has ended, of the range for applications (RFC 6455, 7.4.2)."""


class SignInGate:
    """Pass requests of who is signed in, or where there are no accounts of this computer's users. ASGI middleware.

    Without accounts other computers get 403, unless the sign-in is done by a proxy (MEDDX_SIGN_IN=elsewhere). With
    accounts, here or at a provider, a browser that opens a page is sent to the form, everything else gets 401, and a
    websocket is closed as soon as a message arrives after its sign-in has ended. Left open are the form, the way to the
    provider and back, and the health check.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] not in ("http", "websocket") or sign_in_elsewhere() or _left_open(scope):
            await self._app(scope, receive, send)
        elif not await run_in_threadpool(sign_in_needed):
            answer = self._app if _comes_from_here(scope) else PlainTextResponse(_(OTHERS_REFUSED), 403)
            await answer(scope, receive, send)
        else:
            token = token_of(Headers(scope=scope))
            if await run_in_threadpool(SignIns().account, token) is None:
                await _refusal(scope)(scope, receive, send)
            elif scope["type"] == "websocket":
                await self._app(scope, _while_signed_in(token, receive), send)
            else:
                await self._app(scope, receive, send)


def _left_open(scope: Scope) -> bool:
    return scope["type"] == "http" and scope["path"] in open_paths()


def _comes_from_here(scope: Scope) -> bool:
    """Return whether a request is this computer's own, and no proxy on it passes another's on under its own name."""
    client, host = scope.get("client"), Headers(scope=scope).get("host")
    return (client is None or is_this_computer(client[0])) and (host is None or is_this_computer(host))


def _refusal(scope: Scope) -> Response:
    opens_page = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
    if opens_page and "text/html" in Headers(scope=scope).get("accept", ""):
        query = scope["query_string"].decode("latin-1")
        return RedirectResponse(sign_in_address(scope["path"] + (f"?{query}" if query else "")), 303)
    return PlainTextResponse(_(NOT_SIGNED_IN), 401)


def _while_signed_in(token: str | None, receive: Receive) -> Receive:
    """Return a channel that ends when the sign-in has ended; a message counts as use."""

    async def received() -> Message:
        message = await receive()
        if message["type"] == "websocket.receive" and await run_in_threadpool(SignIns().account, token) is None:
            return {"type": "websocket.disconnect", "code": _CLOSED}
        return message

    return received
