"""The form to sign in with, and the end of a sign-in."""

from contextlib import suppress
from html import escape
from urllib.parse import parse_qs, urlsplit

from anyio import CapacityLimiter, to_thread
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from meddx.accounts.accounts import Account, Accounts
from meddx.accounts.sign_ins import SignIns
from meddx.audit.record import record
from meddx.errors import Refused
from pages.ui.common.base_path import base_path
from pages.ui.common.language.language import _
from pages.ui.sign_in.addresses import sign_in_address, token_of
from pages.ui.sign_in.drawn_pages import address_of, drawn_page, let_in, sign_in_page, with_cookie
from pages.ui.sign_in.through_provider import provider_host, provider_routes, way_out

_MOST_BYTES = 10_000
_at_a_time = CapacityLimiter(2)
"""Each password takes 64 MiB to check, and whoever asks is not signed in."""
_SIGN_OUT = '<form method="post" action="{action}"><button autofocus>{sign_out}</button></form>'
_STILL_SIGNED_IN = '<p>{still}</p>{there}<p><a href="{address}">{again}</a></p>'
_THERE = '<p><a class="provider" href="{address}">{sign_out}</a></p>'


def sign_in_routes() -> list[Route]:
    """Return the routes `/sign-in` and `/sign-out`, where GET draws the form and POST does it, and the provider's."""
    return [
        Route(f"{base_path()}/sign-in", _sign_in, methods=["GET", "POST"]),
        Route(f"{base_path()}/sign-out", _sign_out, methods=["GET", "POST"]),
        *provider_routes(),
    ]


async def _sign_in(request: Request) -> Response:
    then = request.query_params.get("then", "")
    if request.method == "GET":
        return await run_in_threadpool(sign_in_page, then)
    if not _own(request):
        return PlainTextResponse(_("A form of another site cannot sign in here."), 403)
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _MOST_BYTES:
            return PlainTextResponse(_("The form is too long."), 413)
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    name, password = (fields.get(field, [""])[0] for field in ("name", "password"))
    try:
        account = await to_thread.run_sync(Accounts().check, name, password, limiter=_at_a_time)
    except Refused as refused:
        await run_in_threadpool(_record_refusal, request, name, refused.rule)
        return sign_in_page(then, refused.reason, 429 if refused.rule == "locked" else 401, by_password=True)
    try:
        return await let_in(request, account, then)
    except Refused as refused:
        return sign_in_page(then, refused.reason, 503, by_password=True)


async def _sign_out(request: Request) -> Response:
    if request.method == "GET":
        return drawn_page(_("Sign out"), _SIGN_OUT.format(action=f"{base_path()}/sign-out", sign_out=_("Sign out")))
    if not _own(request):
        return PlainTextResponse(_("A form of another site cannot sign out here."), 403)
    account = await run_in_threadpool(_sign_out_of, request)
    host = provider_host()
    if account is None or account.local or not host:
        return with_cookie(RedirectResponse(sign_in_address(), 303), request, "")
    address = await run_in_threadpool(way_out)
    return with_cookie(drawn_page(_("Signed out"), _still_signed_in(host, address)), request, "")


def _still_signed_in(host: str, address: str) -> str:
    """Return what to do about a sign-in at the provider that goes on; HTML. address: to sign out there, or ""."""
    still = _(
        "You are signed out of meddx, but still signed in at {host}: whoever uses this browser next can sign in here "
        "as you until you sign out there too."
    ).format(host=host)
    sign_out = _("Sign out of {host}").format(host=host)
    there = _THERE.format(address=escape(address), sign_out=escape(sign_out)) if address else ""
    again = _("Sign in again")
    return _STILL_SIGNED_IN.format(still=escape(still), there=there, address=sign_in_address(), again=again)


def _sign_out_of(request: Request) -> Account | None:
    token = token_of(request.headers)
    account = SignIns().account(token)
    SignIns().end(token)
    if account is not None:
        with suppress(Refused):  # out is out
            record("sign-out", who=account.name, address=address_of(request))
    return account


def _record_refusal(request: Request, name: str, rule: str) -> None:
    """Tell the audit log; of a name that is no account's not even that, since people type passwords there."""
    known = [account.name for account in Accounts().all() if account.name == name.strip().lower()]
    with suppress(Refused):  # nobody got in
        record(
            "sign-in",
            "refused",
            who="".join(known),
            address=address_of(request),
            detail=rule if known else "no account",
        )


def _own(request: Request) -> bool:
    """Return whether a form was sent from a page of this server, which browsers say (Fetch Metadata, Origin)."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return urlsplit(request.headers.get("origin", "")).netloc == request.headers.get("host")
