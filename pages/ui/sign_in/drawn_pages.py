"""The pages of signing in and out, drawn without Streamlit, and the cookie that a sign-in ends with."""

from functools import partial
from html import escape

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from meddx.accounts.accounts import Account, Accounts
from meddx.accounts.sign_ins import SignIns
from meddx.audit.record import record
from meddx.config import RESEARCH_USE
from meddx.oidc_settings import oidc_settings
from pages.ui.common.language.language import _, language
from pages.ui.common.language.translated import translated
from pages.ui.sign_in.addresses import (
    COOKIE,
    cookie_header,
    provider_address,
    safe_target,
    sign_in_address,
    token_of,
)

_PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
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
button, .provider {{ display: block; box-sizing: border-box; width: 100%; padding: .65rem; font: inherit;
  font-weight: 600; color: var(--page); background: var(--accent);
  border: 0; border-radius: .4rem; cursor: pointer; text-align: center; text-decoration: none; }}
details {{ margin-top: 1.2rem; }}
summary {{ cursor: pointer; margin-bottom: 1rem; }}
a {{ color: var(--accent); }}
:focus-visible {{ outline: 2px solid var(--accent); outline-offset: 2px; }}
.fault {{ border-left: 3px solid light-dark(#a04300, #e69a7c); padding: .3rem .8rem; margin: 0 0 1.2rem; }}
footer {{ margin-top: 1.5rem; font-size: .9rem; color: light-dark(#525c69, #9aa5b1); }}
</style></head><body><main><h1>{title}</h1>{body}<footer>{research_use}</footer></main></body></html>
"""
_PASSWORD = """<form method="post" action="{action}">
<label>{name} <input name="name" autocomplete="username" required{focus}></label>
<label>{password} <input name="password" type="password" autocomplete="current-password" required></label>
<button>{sign_in}</button></form>"""
_PROVIDER = '<p><a class="provider" href="{address}" autofocus>{sign_in}</a></p>'
_BESIDE = "<details{opened}><summary>{title}</summary>{form}</details>"


def sign_in_page(then: str, fault: str = "", status: int = 200, *, by_password: bool = False) -> Response:
    """Return the page to sign in on, and which fault the last try had.

    With a provider it leads there, and the form lies below where there are local accounts. by_password: it was tried.
    """
    settings = oidc_settings()
    form = _PASSWORD.format(
        action=escape(sign_in_address(then)), focus="" if settings else " autofocus",
        name=_("Name"), password=_("Password"), sign_in=_("Sign in"),
    )  # fmt: skip
    if settings is None:
        body = form
    else:
        there = _("Sign in with {host}").format(host=settings.host)
        body = _PROVIDER.format(address=escape(provider_address(then)), sign_in=escape(there))
        if any(account.local for account in Accounts().all()):
            title = _("With a local account")
            body += _BESIDE.format(opened=" open" if by_password else "", title=title, form=form)
    said = f'<p class="fault" role="alert">{escape(translated(fault))}</p>' if fault else ""
    return drawn_page(_("Sign in"), said + body, status)


def drawn_page(title: str, body: str, status: int = 200) -> Response:
    """Return a page with a title and a body of HTML."""
    html = _PAGE.format(
        lang=language().replace("_", "-"), title=title, body=body, research_use=translated(RESEARCH_USE)
    )
    return HTMLResponse(html, status, {"Cache-Control": "no-store"})


async def let_in(request: Request, account: Account, then: str, how: str = "") -> Response:
    """Start a sign-in, end the browser's last one, and return the way to where it was going.

    how: for the audit log. Raises Refused ("audit") where that cannot be recorded: then nobody gets in.
    """
    await run_in_threadpool(partial(record, "sign-in", who=account.name, address=address_of(request), detail=how))
    await run_in_threadpool(SignIns().end, token_of(request.headers))
    token = await run_in_threadpool(SignIns().start, account)
    return with_cookie(RedirectResponse(safe_target(then), 303), request, token)


def address_of(request: Request) -> str:
    """Return the address of a request's client, "" where it has none."""
    return request.client.host if request.client else ""


def with_cookie(response: Response, request: Request, token: str, name: str = COOKIE) -> Response:
    """Return the response with a cookie of that name set, or, by an empty token, removed."""
    header = cookie_header(token, request.headers.get("host", ""), request.url.scheme, name)
    response.headers.append("Set-Cookie", header)
    return response
