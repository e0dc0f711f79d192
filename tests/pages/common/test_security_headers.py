import asyncio

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from pages.ui.common.security_headers import SecurityHeaders


def get(path):
    app = Starlette(
        routes=[Route("/", lambda _: PlainTextResponse("body", headers={"X-Frame-Options": "ALLOWALL"}))],
        middleware=[Middleware(SecurityHeaders)],
    )

    async def request():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            return await client.get(path)

    return asyncio.run(request())


def test_every_response_has_the_headers_and_keeps_its_body():
    for path, status in (("/", 200), ("/missing", 404)):
        response = get(path)
        assert response.status_code == status
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["x-frame-options"] == "DENY"
        assert response.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
    assert get("/").text == "body"


def test_no_script_of_another_site_may_run():
    policy = dict(part.split(" ", 1) for part in get("/").headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert "http" not in policy["script-src"]
    assert policy["object-src"] == "'none'"


def test_a_websocket_passes_unchanged():
    sent = []

    async def app(scope, receive, send):
        await send({"type": "websocket.accept"})

    async def send(message):
        sent.append(message)

    asyncio.run(SecurityHeaders(app)({"type": "websocket"}, None, send))
    assert sent == [{"type": "websocket.accept"}]
