"""The form to sign in with, and the end of a sign-in: pages of their own, drawn without Streamlit."""

from contextlib import suppress
from functools import partial
from html import escape
from urllib.parse import parse_qs, urlsplit

from anyio import CapacityLimiter, to_thread
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from meddx.accounts.accounts import Accounts
from meddx.accounts.sign_ins import SignIns
from meddx.audit.record import record
from meddx.config import RESEARCH_USE
from meddx.errors import Refused
from pages.ui.common.base_path import base_path
from pages.ui.sign_in.addresses import cookie_header, safe_target, sign_in_address, token_of

_MOST_BYTES = 10_000
_at_a_time = CapacityLimiter(2)
"""Each password takes 64 MiB to check, and whoever asks is not signed in."""
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}: meddx</title><style>
:root {{ color-scheme: light dark; --page: light-dark(#fff, #0b0d10); --ink: light-dark(#1b222b, #d9dee5);
  --panel: light-dark(#f3f5f8, #14181d); --accent: light-dark(#0b5f9e, #7cb8e6); }}
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--page); color: var(--ink);
  font: 16px/1.5 "Source Sans", system-ui, sans-serif; }}
main {{ width: min(22rem, calc(100vw - 3rem)); }}
h1 {{ font-size: 1.5rem; font-weight: 500; margin: 0 0 1.2rem; }}
label {{ display: block; margin: 0 0 1rem; }}
input {{ display: block; box-sizing: border-box; width: 100%; margin-top: .25rem; padding: .6rem .7rem; font: inherit;
  color: inherit; background: var(--panel); border: 1px solid #808b98; border-radius: .4rem; }}
button {{ width: 100%; padding: .65rem; font: inherit; font-weight: 600; color: var(--page); background: var(--accent);
  border: 0; border-radius: .4rem; cursor: pointer; }}
:focus-visible {{ outline: 2px solid var(--accent); outline-offset: 2px; }}
.fault {{ border-left: 3px solid light-dark(#a04300, #e69a7c); padding: .3rem .8rem; margin: 0 0 1.2rem; }}
footer {{ margin-top: 1.5rem; font-size: .9rem; color: light-dark(#525c69, #9aa5b1); }}
</style></head><body><main><h1>{title}</h1>{body}<footer>{research_use}</footer></main></body></html>
"""
_SIGN_IN = """{fault}<form method="post" action="{action}">
<label>Name <input name="name" autocomplete="username" required autofocus></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<button>Sign in</button></form>"""
_SIGN_OUT = '<form method="post" action="{action}"><button autofocus>Sign out</button></form>'


def sign_in_routes() -> list[Route]:
    """Return the routes `/sign-in` and `/sign-out`: GET draws the form, POST does it."""
    return [
        Route(f"{base_path()}/sign-in", _sign_in, methods=["GET", "POST"]),
        Route(f"{base_path()}/sign-out", _sign_out, methods=["GET", "POST"]),
    ]


async def _sign_in(request: Request) -> Response:
    then = request.query_params.get("then", "")
    if request.method == "GET":
        return _form(then)
    if not _own(request):
        return PlainTextResponse("A form of another site cannot sign in here.", 403)
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _MOST_BYTES:
            return PlainTextResponse("The form is too long.", 413)
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    name, password = (fields.get(field, [""])[0] for field in ("name", "password"))
    try:
        account = await to_thread.run_sync(Accounts().check, name, password, limiter=_at_a_time)
    except Refused as refused:
        await run_in_threadpool(_record_refusal, request, name, refused.rule)
        return _form(then, refused.reason, 429 if refused.rule == "locked" else 401)
    try:
        await run_in_threadpool(partial(record, "sign-in", who=account.name, address=_address(request)))
    except Refused as refused:
        return _form(then, refused.reason, 503)
    await run_in_threadpool(SignIns().end, token_of(request.headers))
    token = await run_in_threadpool(SignIns().start, account)
    return _with_cookie(RedirectResponse(safe_target(then), 303), request, token)


async def _sign_out(request: Request) -> Response:
    if request.method == "GET":
        return _page("Sign out", _SIGN_OUT.format(action=f"{base_path()}/sign-out"))
    if not _own(request):
        return PlainTextResponse("A form of another site cannot sign out here.", 403)
    await run_in_threadpool(_sign_out_of, request)
    return _with_cookie(RedirectResponse(sign_in_address(), 303), request, "")


def _sign_out_of(request: Request) -> None:
    token = token_of(request.headers)
    account = SignIns().account(token)
    SignIns().end(token)
    if account is not None:
        with suppress(Refused):  # out is out
            record("sign-out", who=account.name, address=_address(request))


def _record_refusal(request: Request, name: str, rule: str) -> None:
    """Tell the audit log; of a name that is no account's not even that, since people type passwords there."""
    known = [account.name for account in Accounts().all() if account.name == name.strip().lower()]
    with suppress(Refused):  # nobody got in
        record(
            "sign-in", "refused", who="".join(known), address=_address(request), detail=rule if known else "no account"
        )


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _form(then: str, fault: str = "", status: int = 200) -> Response:
    said = f'<p class="fault" role="alert">{escape(fault)}</p>' if fault else ""
    return _page("Sign in", _SIGN_IN.format(fault=said, action=escape(sign_in_address(then))), status)


def _page(title: str, body: str, status: int = 200) -> Response:
    html = _PAGE.format(title=title, body=body, research_use=RESEARCH_USE)
    return HTMLResponse(html, status, {"Cache-Control": "no-store"})


def _with_cookie(response: Response, request: Request, token: str) -> Response:
    response.headers["Set-Cookie"] = cookie_header(token, request.headers.get("host", ""), request.url.scheme)
    return response


def _own(request: Request) -> bool:
    """Return whether a form was sent from a page of this server, which browsers say (Fetch Metadata, Origin)."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return urlsplit(request.headers.get("origin", "")).netloc == request.headers.get("host")
