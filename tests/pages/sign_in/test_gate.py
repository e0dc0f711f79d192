"""Nobody gets in who is not signed in, by whatever way."""

import asyncio
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from meddx.accounts.accounts import Accounts
from meddx.accounts.sign_ins import SignIns
from pages.ui.sign_in.addresses import COOKIE
from pages.ui.sign_in.form import sign_in_routes
from pages.ui.sign_in.gate import SignInGate
from tests.accounts.test_accounts import PASSWORD

HERE = "http://127.0.0.1:8501"


@pytest.fixture
def accounts(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_ACCOUNTS", str(tmp_path / "accounts.sqlite"))
    return Accounts()


@pytest.fixture
def ana(accounts):
    return accounts.add("ana", "reader", PASSWORD)


def served():
    async def page(_):
        return PlainTextResponse("a page")

    routes = [
        *sign_in_routes(),
        *(Route(path, page, methods=["GET", "PUT"]) for path in ("/", "/image/x", "/_stcore/health")),
    ]
    return Starlette(routes=routes, middleware=[Middleware(SignInGate)])


def ask(method, path, client="127.0.0.1", token=None, **options):
    headers = {"Cookie": f"{COOKIE}={token}"} if token else {}
    headers |= options.pop("headers", {})

    async def request():
        transport = httpx.ASGITransport(served(), client=(client, 1234))
        async with httpx.AsyncClient(transport=transport, base_url=HERE) as browser:
            return await browser.request(method, path, headers=headers, **options)

    return asyncio.run(request())


def sign_in(name="ana", password=PASSWORD, then="", **headers):
    headers = {"Sec-Fetch-Site": "same-origin"} | {key.replace("_", "-"): value for key, value in headers.items()}
    return ask("POST", f"/sign-in?then={then}", data={"name": name, "password": password}, headers=headers)


def test_without_accounts_this_computer_gets_in_and_no_other(accounts):
    assert ask("GET", "/").text == "a page"
    assert ask("GET", "/", client="::1").text == "a page"
    refused = ask("GET", "/", client="10.1.2.3")
    assert refused.status_code == 403
    assert "users add" in refused.text
    assert not accounts.path.exists()


def test_where_a_proxy_does_the_sign_in_everybody_gets_in(ana, monkeypatch):
    monkeypatch.setenv("MEDDX_SIGN_IN", "elsewhere")
    assert ask("GET", "/", client="10.1.2.3").text == "a page"


@pytest.mark.parametrize("client", ["127.0.0.1", "10.1.2.3"])
def test_with_accounts_nobody_gets_in_without_signing_in(ana, client):
    for method, path in (("GET", "/"), ("GET", "/image/x"), ("PUT", "/"), ("GET", "/sign-out"), ("GET", "/nowhere")):
        assert ask(method, path, client=client).status_code == 401
        assert ask(method, path, client=client, token="guessed").status_code == 401
    assert ask("GET", "/_stcore/health", client=client).text == "a page"
    forged = {"X-Forwarded-For": "127.0.0.1", "X-Forwarded-User": "ana", "Forwarded": "for=127.0.0.1"}
    assert ask("GET", "/", client=client, headers=forged).status_code == 401


def test_a_page_that_is_opened_leads_to_the_form_and_from_there_on(ana):
    sent = ask("GET", "/?model=a", headers={"Accept": "text/html"})
    assert sent.status_code == 303
    then = parse_qs(urlsplit(sent.headers["location"]).query)["then"][0]
    form = ask("GET", sent.headers["location"])
    assert form.status_code == 200
    assert 'type="password"' in form.text
    answer = sign_in(then=then.replace("?", "%3F"))
    assert answer.status_code == 303
    assert answer.headers["location"] == "/?model=a"
    token = answer.cookies[COOKIE]
    assert ask("GET", "/", token=token).text == "a page"


def test_a_wrong_password_gets_the_form_again_and_nothing_of_what_was_typed(ana):
    answer = sign_in(password="<b>not this one</b>")
    assert answer.status_code == 401
    assert "do not match" in answer.text
    assert "not this one" not in answer.text
    assert "set-cookie" not in answer.headers


def test_guessing_ends_in_a_lock(ana):
    assert [sign_in(password="a wrong password").status_code for _ in range(6)] == [401] * 5 + [429]
    assert sign_in().status_code == 429


def test_a_form_of_another_site_signs_nobody_in_or_out(ana):
    token = SignIns().start(ana)
    for site in ("cross-site", "same-site", "none"):
        assert sign_in(Sec_Fetch_Site=site).status_code == 403
        assert ask("POST", "/sign-out", token=token, headers={"Sec-Fetch-Site": site}).status_code == 403
    data = {"name": "ana", "password": PASSWORD}
    assert ask("POST", "/sign-in", data=data, headers={"Origin": "http://evil.example"}).status_code == 403
    assert ask("POST", "/sign-in", data=data).status_code == 403
    assert ask("POST", "/sign-in", data=data, headers={"Origin": HERE}).status_code == 303
    assert SignIns().account(token) == ana


def test_signing_out_ends_the_secret_and_not_the_cookie_alone(ana):
    token = SignIns().start(ana)
    assert ask("GET", "/sign-out", token=token).status_code == 200
    assert ask("GET", "/", token=token).status_code == 200  # only the button signs out
    answer = ask("POST", "/sign-out", token=token, headers={"Sec-Fetch-Site": "same-origin"})
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert ask("GET", "/", token=token).status_code == 401


def test_signing_in_again_ends_the_sign_in_before(ana):
    token = SignIns().start(ana)
    data = {"name": "ana", "password": PASSWORD}
    ask("POST", "/sign-in", token=token, data=data, headers={"Origin": HERE})
    assert ask("GET", "/", token=token).status_code == 401


def test_a_long_form_is_not_read(ana):
    answer = sign_in(password="x" * 100_000)
    assert answer.status_code == 413


def websocket(messages, **headers):
    """Close codes and messages that the app behind got, and the status of a refusal."""
    got, sent = [], []

    async def app(scope, receive, send):
        while (message := await receive())["type"] != "websocket.disconnect":
            got.append(message["type"])
        got.append(message["code"])

    async def receive():
        message = messages.pop(0)
        return message() if callable(message) else message

    async def send(message):
        sent.append(message)

    scope = {
        "type": "websocket", "path": "/_stcore/stream", "client": ("127.0.0.1", 1), "headers":
        [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    asyncio.run(SignInGate(app)(scope, receive, send))
    return SimpleNamespace(got=got, status=sent[0].get("status") if sent else None)


def test_a_websocket_needs_a_sign_in_and_closes_when_it_has_ended(ana):
    connect, message = {"type": "websocket.connect"}, {"type": "websocket.receive", "text": "a click"}
    assert websocket([connect]).status == 401
    token = SignIns().start(ana)

    def after_its_end():
        SignIns().end(token)
        return message

    seen = websocket([connect, message, message, after_its_end, message], cookie=f"{COOKIE}={token}")
    assert seen.got == ["websocket.connect", "websocket.receive", "websocket.receive", 4401]
    assert seen.status is None


def test_without_accounts_a_proxy_on_this_computer_lets_nobody_in(accounts):
    assert ask("GET", "/", headers={"Host": "localhost:8501"}).text == "a page"
    assert ask("GET", "/", headers={"Host": "meddx.hospital.example"}).status_code == 403
    assert ask("GET", "/", headers={"Host": "10.1.2.3"}).status_code == 403
