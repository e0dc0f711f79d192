"""The cookie by which a browser is known again."""

import asyncio
import re

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from pages.ui.common import browser_cookie
from pages.ui.common.browser_cookie import PLAIN, SECURE, BrowserCookie

PATHS = ("/", "/evaluate", "/image/x")


def visit(*paths, scheme="http", method="GET", **headers):
    """The answers to one browser that asks for these paths in turn and keeps its cookies."""

    async def answer(_):
        return PlainTextResponse("a page", headers={"Cache-Control": "public"})

    routes = [Route(path, answer, methods=["GET", "HEAD"]) for path in PATHS]
    app = Starlette(routes=routes, middleware=[Middleware(BrowserCookie)])

    async def requests():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=f"{scheme}://test", headers=headers) as client:
            return [await client.request(method, path) for path in paths]

    return asyncio.run(requests())


def test_a_page_gives_a_browser_one_token_that_no_script_reads_and_no_proxy_keeps():
    first, again = visit("/", "/evaluate")
    assert re.fullmatch(rf"{PLAIN}=[\w-]{{43}}; Path=/; HttpOnly; SameSite=Lax", first.headers["set-cookie"])
    assert first.headers["cache-control"] == "no-store"
    assert "set-cookie" not in again.headers
    assert again.headers["cache-control"] == "public"


def test_two_browsers_have_two_tokens():
    tokens = {visit("/evaluate")[0].cookies[PLAIN] for _ in range(2)}
    assert len(tokens) == 2


def test_over_https_it_stays_on_https_and_on_this_host():
    first, again = visit("/", "/", scheme="https")
    header = first.headers["set-cookie"]
    assert header.startswith(f"{SECURE}=")
    assert header.endswith("; Path=/; HttpOnly; SameSite=Lax; Secure")
    assert "set-cookie" not in again.headers


@pytest.mark.parametrize("cookie", ["", f"{PLAIN}=short", f"{PLAIN}={'é' * 43}".encode(), "a=b; ;;=", "[=]"])
def test_what_is_no_token_is_replaced(cookie):
    [answer] = visit("/", Cookie=cookie)
    assert answer.status_code == 200
    assert PLAIN in answer.headers["set-cookie"]


def test_other_addresses_set_none():
    [image], [head] = visit("/image/x"), visit("/", method="HEAD")
    assert "set-cookie" not in image.headers
    assert "set-cookie" not in head.headers


@pytest.mark.parametrize(("cookies", "known"), [({PLAIN: "t" * 43}, True), ({PLAIN: "t"}, False), ({}, False)])
def test_the_script_reads_the_browsers_token(monkeypatch, cookies, known):
    class Context:
        pass

    context = Context()
    context.cookies = cookies
    monkeypatch.setattr(browser_cookie.st, "context", context)
    assert browser_cookie.browser_token() == ("t" * 43 if known else "")
