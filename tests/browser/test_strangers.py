"""What somebody without a sign-in sends to the running server, by whatever way, is refused; no browser is needed."""

import time

import pytest

from meddx.accounts.accounts import Accounts
from meddx.accounts.sign_ins import IDLE_SECONDS, SignIns
from pages.ui.sign_in.addresses import COOKIE
from tests.accounts.test_accounts import PASSWORD
from tests.browser.server import get, post, put, serving

pytestmark = pytest.mark.browser

PATHS = (
    "/",
    "/evaluate?job=" + "A" * 22,
    "/models",
    "/audit_log",
    "/image/x",
    "/stack/x/0",
    "/media/x.png",
    "/records",
)
FORGED = (
    {"X-Forwarded-For": "127.0.0.1"}, {"X-Real-IP": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1;host=localhost"},
    {"X-Forwarded-Host": "localhost"}, {"X-Forwarded-User": "root"}, {"Remote-User": "root"},
    {"X-Auth-Request-User": "root"},
)  # fmt: skip


@pytest.fixture(scope="module")
def closed(models, tmp_path_factory):
    """A server with an admin and a reader, and the database of its accounts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEDDX_ACCOUNTS", str(tmp_path_factory.mktemp("accounts") / "accounts.sqlite"))
        Accounts().add("ana", "reader", PASSWORD)
        Accounts().add("root", "admin", PASSWORD)
        with serving(models) as server:
            yield server


def ana():
    return next(one for one in Accounts().all() if one.name == "ana")


def sign_in(server, name="ana", password=PASSWORD, **headers):
    headers = {"Sec-Fetch-Site": "same-origin"} | {key.replace("_", "-"): value for key, value in headers.items()}
    return post(f"{server.url}/sign-in", data={"name": name, "password": password}, headers=headers)


@pytest.mark.parametrize("headers", [{}, *FORGED], ids=lambda headers: next(iter(headers), "none"))
def test_no_page_image_or_link_without_a_sign_in_whatever_a_proxy_is_said_to_say(closed, headers):
    assert {path: get(closed.url + path, headers=headers).status_code for path in PATHS} == dict.fromkeys(PATHS, 401)
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    handshake = upgrade | {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": closed.url}
    assert get(f"{closed.url}/_stcore/stream", headers=handshake | headers).status_code == 401
    assert put(f"{closed.url}/_stcore/upload_file/a/b", content=b"a film", headers=headers).status_code == 401


def test_a_form_of_another_site_signs_nobody_in_or_out(closed):
    for site in ("cross-site", "same-site", "none"):
        assert sign_in(closed, Sec_Fetch_Site=site).status_code == 403
    token = SignIns().start(ana())
    out = post(f"{closed.url}/sign-out", cookies={COOKIE: token}, headers={"Sec-Fetch-Site": "cross-site"})
    assert out.status_code == 403
    assert get(closed.url, cookies={COOKIE: token}).status_code == 200


def test_a_cookie_that_has_expired_ended_or_was_made_up_opens_nothing(closed):
    expired = SignIns(clock=lambda: time.time() - IDLE_SECONDS - 1).start(ana())
    ended = SignIns().start(ana())
    assert get(closed.url, cookies={COOKIE: ended}).status_code == 200
    SignIns().end(ended)
    for token in (expired, ended, "A" * 43, ""):
        assert get(closed.url, cookies={COOKIE: token}).status_code == 401


def test_guessing_a_password_ends_in_a_lock_that_the_right_one_does_not_open(closed):
    assert [sign_in(closed, "root", "a wrong password").status_code for _ in range(6)] == [401] * 5 + [429]
    assert sign_in(closed, "root").status_code == 429
    assert sign_in(closed, "ana").status_code == 303
