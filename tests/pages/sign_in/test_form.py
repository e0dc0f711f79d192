"""Signing in and out is told to the audit log."""

import anyio
import httpx
import pytest
from starlette.applications import Starlette

from meddx.accounts.accounts import Accounts
from meddx.audit.record import audit_log
from pages.ui.common.language.language import drawn_in
from pages.ui.sign_in import drawn_pages
from pages.ui.sign_in.form import sign_in_routes
from tests.accounts.test_accounts import PASSWORD
from tests.pages.chinese import english_in, texts_of_html


@pytest.fixture
def client(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_ACCOUNTS", str(tmp_path / "accounts.sqlite"))
    Accounts().add("ana", "reader", PASSWORD)
    return Client()


class Client:
    """A browser at 10.0.0.7 that holds the cookie it was given last."""

    token = ""

    def post(self, path, site="same-origin", **fields):
        async def ask():
            transport = httpx.ASGITransport(Starlette(routes=sign_in_routes()), client=("10.0.0.7", 1))
            headers = {"Sec-Fetch-Site": site, "Cookie": f"meddx_sign_in={self.token}"}
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
                return await client.post(path, data=fields)

        answer = anyio.run(ask)
        self.token = answer.cookies.get("meddx_sign_in", "")
        return answer


def sign_in(client, name, password):
    return client.post("/sign-in", name=name, password=password)


def test_good_and_refused_sign_ins_and_the_sign_out_are_entries(client):
    assert sign_in(client, "ana", PASSWORD).status_code == 303
    assert sign_in(client, " Ana", PASSWORD).status_code == 303
    assert client.post("/sign-out").status_code == 303
    assert client.post("/sign-out").status_code == 303  # of nobody
    assert sign_in(client, "ANA", "not the password").status_code == 401
    assert sign_in(client, "my secret password", "x").status_code == 401
    said = [(one.event, one.outcome, one.who, one.detail, one.address) for one in audit_log().entries()]
    assert said == [
        ("sign-in", "success", "ana", "", "10.0.0.7"),
        ("sign-in", "success", "ana", "", "10.0.0.7"),
        ("sign-out", "success", "ana", "", "10.0.0.7"),
        ("sign-in", "refused", "ana", "wrong-password", "10.0.0.7"),
        ("sign-in", "refused", "", "no account", "10.0.0.7"),
    ]
    assert b"secret" not in audit_log().path.read_bytes()


def test_nobody_gets_in_while_that_cannot_be_recorded(client, tmp_path):
    (tmp_path / "audit.jsonl").mkdir()
    answer = sign_in(client, "ana", PASSWORD)
    assert answer.status_code == 503
    assert "audit log cannot be written" in answer.text
    assert "set-cookie" not in answer.headers


def test_in_chinese_no_sentence_is_english(client, monkeypatch):
    provider = {"ISSUER": "https://id.example", "ADDRESS": "https://x.example", "CLIENT_ID": "x", "READERS": "r"}
    for name, value in provider.items():
        monkeypatch.setenv(f"MEDDX_OIDC_{name}", value)
    with drawn_in("zh_CN"):
        drawn = [
            drawn_pages.sign_in_page("/").body.decode(),
            sign_in(client, "ana", "not the password").text,
            client.post("/sign-in", name="x" * 11_000).text,
            client.post("/sign-in", site="cross-site").text,
        ]
    assert 'lang="zh-CN"' in drawn[0]
    assert "登录" in drawn[0]
    assert [english_in(texts_of_html(one)) for one in drawn] == [[]] * len(drawn)
