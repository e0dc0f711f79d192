"""With accounts, in Chromium: nobody gets in by any way without signing in, and nobody finds another's work."""

import re

import pytest
from playwright.sync_api import expect

from meddx.accounts.accounts import Accounts
from meddx.audit.record import audit_log
from meddx.audit.verification import verify
from tests.accounts.test_accounts import PASSWORD
from tests.browser.reading import add, at_rest, dicom, finding
from tests.browser.server import free_port, get, put, serving
from tests.oidc_provider import providing
from tests.patience import SECONDS

pytestmark = pytest.mark.browser


@pytest.fixture
def closed(models, tmp_path, monkeypatch):
    """A server with an admin and a reader."""
    monkeypatch.setenv("MEDDX_ACCOUNTS", str(tmp_path / "accounts.sqlite"))
    Accounts().add("ana", "reader", PASSWORD)
    Accounts().add("root", "admin", PASSWORD)
    with serving(models) as server:
        yield server


def sign_in(page, name, password=PASSWORD):
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_from_the_form_to_a_reading_and_out_again(chromium, closed):
    for path in ("/", "/models", "/image/x", "/_stcore/host-config", "/media/x", "/static/index.html"):
        assert get(f"{closed.url}{path}").status_code == 401, path
    assert put(f"{closed.url}/_stcore/upload_file/a/b").status_code == 401
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    handshake = upgrade | {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    assert get(f"{closed.url}/_stcore/stream", headers=handshake).status_code == 401

    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(SECONDS * 1000)
    page.goto(f"{closed.url}/models?model=strict")
    sign_in(page, "ana", "not the password")
    expect(page.get_by_role("alert")).to_contain_text("do not match")
    sign_in(page, "ana")
    expect(page.get_by_role("heading", level=1, name="Strict")).to_be_visible()  # where the link led
    expect(page.get_by_role("link", name="Evaluate", exact=True)).to_have_count(0)
    expect(page.locator(".research-use")).to_be_visible()  # the end of the page
    expect(page.get_by_text("Recalibrate on your own images")).to_have_count(0)
    [cookie] = [one for one in context.cookies() if one["name"] == "meddx_sign_in"]
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"

    page.get_by_role("link", name="Diagnose").click()
    page.get_by_text("Drop an image in").wait_for()
    at_rest(page)
    add(page, image_dcm=dicom())
    finding(page, "Bright").wait_for()
    expect(page.locator(".viewer:not([data-image=''])")).to_be_visible()
    page.get_by_role("link", name="Sign out").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Name")).to_be_visible()
    assert get(f"{closed.url}/", cookies={"meddx_sign_in": cookie["value"]}).status_code == 401  # replayed

    sign_in(page, "root")
    expect(page.get_by_text("root, admin")).to_be_visible()
    expect(page.get_by_role("link", name="Evaluate", exact=True)).to_be_visible()
    expect(page.locator(".worklist li")).to_have_count(0)
    page.get_by_role("link", name="Models").click()
    expect(page.get_by_text("Recalibrate on your own images")).to_be_visible()
    page.get_by_role("link", name="Audit log").click()
    expect(page.get_by_role("row").filter(has_text="ana").filter(has_text="prediction")).not_to_have_count(0)
    context.close()

    closed.process.kill()
    closed.process.wait(SECONDS)
    assert verify(audit_log()).faults == ()
    said = [(entry.event, entry.outcome, entry.who) for entry in audit_log().entries()]
    assert said[:3] == [("start", "success", ""), ("sign-in", "refused", "ana"), ("sign-in", "success", "ana")]
    assert {("view", "success", "ana"), ("prediction", "success", "ana"), ("sign-out", "success", "ana")} < set(said)
    assert said[-1] == ("audit-read", "success", "root")
    assert b"image.dcm" not in audit_log().path.read_bytes()


def test_a_page_left_open_is_cut_off_when_its_account_is_removed(chromium, closed):
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(SECONDS * 1000)
    page.goto(closed.url)
    sign_in(page, "ana")
    page.get_by_text("Drop an image in").wait_for()
    Accounts().remove("ana")
    page.get_by_role("link", name="Models").dispatch_event("click")
    expect(page.get_by_role("dialog")).to_contain_text("Connection")  # Streamlit's word for a websocket that was closed
    expect(page.get_by_role("heading", level=1, name="Bright And Dark")).to_have_count(0)
    page.reload()
    expect(page.get_by_label("Password")).to_be_visible()
    context.close()


def test_through_a_provider_and_out_of_both(chromium, models, tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_ACCOUNTS", str(tmp_path / "accounts.sqlite"))
    Accounts().add("root", "admin", PASSWORD)
    port = free_port()
    with providing() as provider:
        provider.knows("sub-of-ana", preferred_username="Ana", groups=["research"])
        provider.knows("sub-of-ben", preferred_username="ben", groups=["chess"])
        for name, value in provider.environment(f"http://127.0.0.1:{port}").items():
            monkeypatch.setenv(name, value)
        with serving(models, port=port) as server:
            context = chromium.new_context(viewport={"width": 1440, "height": 900})
            page = context.new_page()
            page.set_default_timeout(SECONDS * 1000)
            at_provider = page.get_by_role("link", name=f"Sign in with {provider.url.removeprefix('http://')}")

            def as_person(subject):
                at_provider.click()
                page.locator("input[name=sub]").fill(subject)
                page.get_by_role("button", name="Authorize").click()

            page.goto(f"{server.url}/models?model=strict")
            expect(page.get_by_label("Password")).to_be_hidden()  # of the local account, below
            as_person("sub-of-ben")
            expect(page.get_by_role("alert")).to_contain_text("none of the groups")
            as_person("sub-of-ana")
            expect(page.get_by_text("ana, evaluator")).to_be_visible()
            page.goto(f"{server.url}/models?model=strict")
            expect(page.get_by_role("heading", level=1, name="Strict")).to_be_visible()
            expect(page.get_by_role("link", name="Evaluate", exact=True)).to_be_visible()
            expect(page.get_by_text("Recalibrate on your own images")).to_have_count(0)
            [token] = [one["value"] for one in context.cookies() if one["name"] == "meddx_sign_in"]

            page.get_by_role("link", name="Sign out").click()
            page.get_by_role("button", name="Sign out").click()
            expect(page.get_by_text("still signed in at")).to_be_visible()
            assert get(f"{server.url}/", cookies={"meddx_sign_in": token}).status_code == 401
            page.get_by_role("link", name="Sign out of").click()
            expect(page).to_have_url(re.compile(f"^{provider.url}/oauth2/end_session"))
            page.goto(server.url)
            page.get_by_text("With a local account").click()
            sign_in(page, "root")
            expect(page.get_by_text("root, admin")).to_be_visible()
            context.close()
