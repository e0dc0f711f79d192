"""Who has learnt the addresses and ids of another's tab gets nothing of it, signed in or not."""

import numpy as np
import pytest
from playwright.sync_api import expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from meddx.accounts.accounts import Accounts
from meddx.accounts.sign_ins import SignIns
from pages.ui.sign_in.addresses import COOKIE
from tests.accounts.test_accounts import PASSWORD
from tests.browser.reading import add, at_rest, finding, gradient, thumbnails
from tests.browser.server import get, request, serving
from tests.browser.test_sign_in import sign_in
from tests.imaging.images import image_bytes
from tests.patience import SECONDS

pytestmark = pytest.mark.browser


def session_of(url, token, tab, **headers):
    """The session that the server goes on with for a browser that says it had the tab's."""
    sent = {"Cookie": f"{COOKIE}={token}"} | headers
    address = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
    subprotocols = ["streamlit", "x", tab]
    with connect(
        address, max_size=None, subprotocols=subprotocols, additional_headers=sent, open_timeout=SECONDS
    ) as socket:
        rerun = BackMsg()
        rerun.rerun_script.SetInParent()
        socket.send(rerun.SerializeToString())
        while not (message := ForwardMsg.FromString(socket.recv(SECONDS))).HasField("new_session"):
            pass
        return message.new_session.initialize.session_id


def test_films_and_sessions_answer_the_account_that_they_are_of_alone(chromium, models, tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_ACCOUNTS", str(tmp_path / "accounts.sqlite"))
    Accounts().add("ana", "reader", PASSWORD)
    bens = SignIns().start(Accounts().add("ben", "admin", PASSWORD))
    frames = np.stack([gradient(), gradient()[:, ::-1]])
    film = image_bytes(
        frames[0], Modality="DX", BodyPartExamined="CHEST", BitsStored=12, NumberOfFrames=2, PixelData=frames.tobytes()
    )
    with serving(models) as server:
        context = chromium.new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        page.set_default_timeout(SECONDS * 1000)
        asked, puts = set(), []
        page.on("request", lambda one: asked.add(one.url) if "/image/" in one.url or "/stack/" in one.url else None)
        page.on("request", lambda one: puts.append(one) if one.method == "PUT" else None)
        page.goto(server.url)
        sign_in(page, "ana")
        page.get_by_text("Drop an image in").wait_for()
        at_rest(page)
        add(page, film_dcm=film)
        finding(page, "Bright").wait_for()
        expect(page.locator(".viewer:not([data-image=''])")).to_be_visible()  # which takes the focus when it comes
        thumbnails(page, 1)
        at_rest(page)
        [anas] = [one["value"] for one in context.cookies() if one["name"] == COOKIE]

        def are_hers_alone(kind):
            urls = [url for url in asked if f"/{kind}/" in url]
            assert urls
            for url in urls:
                answers = [get(url, cookies={COOKIE: token} if token else {}) for token in (anas, bens, "")]
                assert [answer.status_code for answer in answers] == [200, 404, 401]

        are_hers_alone("image")
        page.locator(".frame").press("ArrowRight")
        expect(page.locator(".frame-number")).to_have_text("2 of 2")
        page.wait_for_function(
            "() => performance.getEntriesByType('resource').some((one) => one.name.includes('/stack/'))"
        )
        are_hers_alone("stack")

        put, xsrf = puts[0].url, puts[0].headers["x-xsrftoken"]
        for method in ("PUT", "DELETE"):
            cookies = {COOKIE: bens, "_streamlit_xsrf": xsrf}
            answer = request(method, put, cookies=cookies, headers={"X-Xsrftoken": xsrf, "Content-Length": "0"})
            assert (answer.status_code, answer.text) == (404, "No tab of yours has this session. Load the page anew.")
        tab = put.split("/")[-2]
        context.close()
        forged = {"X-Meddx-Account": "ana"}
        assert tab not in {session_of(server.url, bens, tab), session_of(server.url, bens, tab, **forged)}
        assert session_of(server.url, anas, tab) == tab
