"""The way to a real provider and back: one gate, one cookie, and nobody in whom the provider did not send."""

import asyncio
from types import SimpleNamespace
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from meddx.accounts.accounts import Account, Accounts
from meddx.accounts.sign_ins import SignIns
from meddx.audit.record import audit_log
from pages.ui.sign_in.addresses import ATTEMPT_COOKIE, COOKIE
from pages.ui.sign_in.form import sign_in_routes
from pages.ui.sign_in.gate import SignInGate
from tests.accounts.test_accounts import PASSWORD
from tests.oidc_provider import providing, query

HERE = "http://localhost:8501"


@pytest.fixture(scope="module")
def running():
    with providing() as provider:
        provider.knows("1", preferred_username="ana", groups=["radiology"])
        provider.knows("2", preferred_username="ben", groups=["chess"])
        provider.knows("3", preferred_username="root", groups=["research", "meddx-admins"])
        yield provider


@pytest.fixture
def provider(running, tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_ACCOUNTS", str(tmp_path / "accounts.sqlite"))
    for name, value in running.environment(HERE).items():
        monkeypatch.setenv(name, value)
    return running


class Browser:
    """One that keeps cookies and shows what it was answered, without following redirects."""

    def __init__(self):
        self.cookies = {}

    def get(self, address, method="GET", **headers):
        async def page(_):
            return PlainTextResponse("a page")

        routes = [*sign_in_routes(), Route("/", page), Route("/image/x", page)]
        app = Starlette(routes=routes, middleware=[Middleware(SignInGate)])

        async def ask():
            transport = httpx.ASGITransport(app, client=("10.0.0.7", 1))
            async with httpx.AsyncClient(transport=transport, base_url=HERE, cookies=self.cookies) as client:
                return await client.request(method, address, headers=headers)

        answer = asyncio.run(ask())
        for header in answer.headers.get_list("set-cookie"):
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def account(self):
        return SignIns().account(self.cookies.get(COOKIE))


@pytest.fixture
def browser():
    return Browser()


def to_provider(browser, then=""):
    sent = browser.get(f"/sign-in/provider?then={then}")
    assert sent.status_code == 303
    return sent.headers["location"]


def come_back(browser, provider, subject="1", then=""):
    back = provider.sends_back(to_provider(browser, then), subject)
    assert back.startswith(f"{HERE}/sign-in/provider/answer?")
    return browser.get(back)


def refused(answer, browser):
    """The sentence of a refusal, after which nobody is in."""
    assert browser.account() is None
    assert browser.get("/image/x").status_code == 401
    assert 'role="alert"' in answer.text
    return answer.text


def test_with_a_provider_alone_nobody_gets_in_without_it(provider, browser):
    for path in ("/", "/image/x", "/sign-out", "/sign-in/provider/answer/x", "/sign-in/other"):
        assert browser.get(path).status_code == 401, path
    page = browser.get("/sign-in?then=%2F%3Fa%3D1")
    assert f"Sign in with {urlsplit(provider.url).netloc}" in page.text
    assert "/sign-in/provider?then=%2F%3Fa%3D1" in page.text
    assert "password" not in page.text.partition("<body>")[2]


@pytest.mark.parametrize(("subject", "account"), [("1", "ana reader"), ("3", "root admin")])
def test_a_person_gets_in_with_the_role_of_the_groups_and_to_where_the_way_led(provider, browser, subject, account):
    answer = come_back(browser, provider, subject, then="/%3Fmodel%3Da")
    assert (answer.status_code, answer.headers["location"]) == (303, "/?model=a")
    assert browser.account() == Account(*account.split(), local=False)
    assert browser.get("/image/x").text == "a page"
    [cookie] = [one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{COOKIE}=")]
    assert {"HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))
    assert browser.cookies[ATTEMPT_COOKIE] == ""


@pytest.mark.parametrize("then", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_the_way_leads_to_no_other_site(provider, browser, then):
    assert come_back(browser, provider, then=then).headers["location"] == "/"


def test_a_person_in_no_group_stays_out(provider, browser):
    answer = come_back(browser, provider, "2")
    assert answer.status_code == 403
    assert "none of the groups" in refused(answer, browser)
    assert Accounts().all() == []


def test_a_state_that_was_not_begun_in_this_browser_stays_out(provider, browser):
    back = provider.sends_back(to_provider(browser), "1")
    other = Browser()
    assert "not begun in this browser" in refused(other.get(back), other)
    to_provider(other)
    assert "not begun in this browser" in refused(other.get(back), other)  # its own cookie, the first one's state
    guessed = f"/sign-in/provider/answer?code={query(back)['code']}&state=guessed"
    assert "not begun in this browser" in refused(browser.get(guessed), browser)


def test_an_answer_counts_once(provider, browser):
    back = provider.sends_back(to_provider(browser), "1")
    attempt = browser.cookies[ATTEMPT_COOKIE]
    assert browser.get(back).status_code == 303
    browser.cookies = {ATTEMPT_COOKIE: attempt}
    assert "begin again" in refused(browser.get(back), browser)
    to_provider(browser)
    replayed = f"/sign-in/provider/answer?code={query(back)['code']}&state="
    state = query(to_provider(browser))["state"]
    assert "begin again" in refused(browser.get(replayed + state), browser)  # an old code in a new attempt


@pytest.mark.parametrize(
    "lie",
    [
        {"forged": True}, {"claims": {"exp": 1_000_000_000}}, {"claims": {"aud": "another client"}},
        {"claims": {"nonce": "of another sign-in"}},
    ],
    ids=str,
)  # fmt: skip
def test_a_token_that_is_not_meant_for_here_and_now_stays_out(provider, browser, lie):
    provider.tells(**lie)
    assert "does not hold for this sign-in" in refused(come_back(browser, provider), browser)


def test_what_the_provider_refuses_stays_out_and_its_words_are_not_shown(provider, browser):
    for more in ("error=access_denied&error_description=%3Cb%3Enothing", "", "code=x&iss=https%3A%2F%2Fevil.example"):
        state = query(to_provider(browser))["state"]
        said = refused(browser.get(f"/sign-in/provider/answer?state={state}&{more}"), browser)
        assert "let nobody in" in said
        assert "nothing" not in said


def test_a_provider_that_is_down_is_named_in_one_sentence_and_local_accounts_get_in(provider, browser, monkeypatch):
    Accounts().add("local", "admin", PASSWORD)
    monkeypatch.setenv("MEDDX_OIDC_ISSUER", "http://127.0.0.1:9")
    answer = browser.get("/sign-in/provider")
    assert answer.status_code == 503
    assert "does not answer" in refused(answer, browser)
    assert 'type="password"' in answer.text
    browser.cookies[COOKIE] = SignIns().start(Account("local", "admin"))
    assert browser.get("/").text == "a page"


def test_a_person_who_lost_the_groups_is_out_at_the_next_sign_in_and_in_every_browser(provider, browser):
    come_back(browser, provider)
    assert browser.account() is not None
    provider.knows("1", preferred_username="ana", groups=[])
    other = Browser()
    assert "none of the groups" in refused(come_back(other, provider), other)
    assert browser.get("/image/x").status_code == 401
    provider.knows("1", preferred_username="ana", groups=["radiology"])


def test_signing_out_ends_it_here_and_leads_to_the_end_of_it_there(provider, browser):
    come_back(browser, provider)
    token = browser.cookies[COOKIE]
    answer = browser.get("/sign-out", "POST", **{"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 200
    assert "still signed in at" in answer.text
    assert f"{provider.url}/oauth2/end_session?" in answer.text
    assert SignIns().account(token) is None
    assert browser.cookies[COOKIE] == ""


def test_a_local_account_signs_out_as_before(provider, browser):
    browser.cookies[COOKIE] = SignIns().start(Accounts().add("local", "reader", PASSWORD))
    answer = browser.get("/sign-out", "POST", **{"Sec-Fetch-Site": "same-origin"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


def test_the_audit_log_says_who_came_through_the_provider_and_why_others_did_not(provider, browser):
    come_back(browser, provider)
    come_back(Browser(), provider, "2")
    provider.tells(forged=True)
    come_back(Browser(), provider)
    Browser().get("/sign-in/provider/answer?state=a&code=b")  # of which a stranger could make any number
    said = [(one.event, one.outcome, one.who, one.detail, one.address) for one in audit_log().entries()]
    assert said == [
        ("sign-in", "success", "ana", "through the provider", "10.0.0.7"),
        ("sign-in", "refused", "", "through the provider: no-group", "10.0.0.7"),
        ("sign-in", "refused", "", "through the provider: id-token", "10.0.0.7"),
    ]


def test_nobody_gets_in_while_that_cannot_be_recorded(provider, browser, tmp_path):
    (tmp_path / "audit.jsonl").mkdir()
    answer = come_back(browser, provider)
    assert answer.status_code == 503
    assert "audit log cannot be written" in refused(answer, browser)


def test_without_a_provider_the_way_leads_nowhere(browser, tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_ACCOUNTS", str(tmp_path / "accounts.sqlite"))
    Accounts().add("ana", "reader", PASSWORD)
    for path in ("/sign-in/provider", "/sign-in/provider/answer?state=a&code=b"):
        assert browser.get(path).status_code == 404


def test_a_websocket_opens_with_the_cookie_of_a_provider_s_account_alone(provider, browser):
    come_back(browser, provider)

    def opened(cookie):
        sent, reached = [], []

        async def behind(scope, receive, send):
            reached.append(await receive())

        async def receive():
            return {"type": "websocket.connect"}

        async def send(message):
            sent.append(message)

        headers = [(b"cookie", cookie.encode())] if cookie else []
        scope = {"type": "websocket", "path": "/_stcore/stream", "client": ("10.0.0.7", 1), "headers": headers}
        asyncio.run(SignInGate(behind)(scope, receive, send))
        return SimpleNamespace(reached=bool(reached), status=sent[0].get("status") if sent else None)

    assert opened(f"{COOKIE}={browser.cookies[COOKIE]}").reached
    assert opened("").status == 401
    assert opened(f"{ATTEMPT_COOKIE}={browser.cookies[COOKIE]}").status == 401
