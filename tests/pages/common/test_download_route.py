"""Exports are there as long as the page offers them, at one address, and are made when they are asked for."""

import asyncio
import json
import logging
import threading

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from streamlit.testing.v1 import AppTest

from meddx.audit.record import audit_log
from meddx.errors import EngineUnavailable, Refused
from pages.ui.common.download.download_route import download_route
from pages.ui.sign_in.addresses import COOKIE
from tests.pages.common.test_image_route import get as get_from
from tests.patience import SECONDS


def get(page):
    return get_from(page.session_state["address"], download_route())


def offering():
    """A page that offers one export while it is asked to."""
    import streamlit as st

    from pages.ui.common.download.download_route import begin_downloads, download_url, drop_downloads

    if st.session_state.get("whole", True):
        begin_downloads()
    count = st.session_state["drawn"] = st.session_state.get("drawn", 0) + 1
    if st.session_state.get("offered", True):
        st.session_state["address"] = download_url("report", "text/csv", lambda: f"a,b\n{count},1")
    if st.session_state.get("whole", True):
        drop_downloads()


def test_the_address_stays_and_gives_what_the_page_drew_last():
    page = AppTest.from_function(offering, default_timeout=SECONDS).run()
    url = page.session_state["address"]
    first = get(page)
    assert (first.text, first.headers["content-type"]) == ("a,b\n1,1", "text/csv; charset=utf-8")
    assert first.headers["cache-control"] == "no-store"
    assert first.headers["content-disposition"] == "attachment"
    page.run()
    assert page.session_state["address"] == url
    assert get(page).text == "a,b\n2,1"


def test_it_is_gone_once_a_whole_page_was_drawn_without_it():
    page = AppTest.from_function(offering, default_timeout=SECONDS).run()
    page.session_state["offered"] = page.session_state["whole"] = False
    page.run()
    assert get(page).text == "a,b\n1,1", "a part of the page says nothing of the others"
    page.session_state["whole"] = True
    page.run()
    assert get(page).status_code == 404
    assert "no longer offers" in get(page).text


def test_what_a_part_of_the_page_drew_or_a_run_that_was_given_up_is_gone_with_the_next_whole_page():
    page = AppTest.from_function(offering, default_timeout=SECONDS).run()
    page.session_state["whole"] = False
    page.run()
    page.session_state["whole"], page.session_state["offered"] = True, False
    page.run()
    assert get(page).status_code == 404


def test_every_tab_has_an_address_of_its_own():
    one, other = (AppTest.from_function(offering, default_timeout=SECONDS).run() for _ in range(2))
    assert one.session_state["address"] != other.session_state["address"]
    assert get_from("/download/guessed", download_route()).status_code == 404


def ask(page, method="GET", token=None):
    async def answer():
        headers = {"Cookie": f"{COOKIE}={token}"} if token else {}
        transport = httpx.ASGITransport(Starlette(routes=[download_route()]))
        async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
            return await client.request(method, page.session_state["address"])

    return asyncio.run(answer())


def test_it_is_made_for_the_account_that_it_was_drawn_for_alone(signed_in):
    anas = signed_in("ana", "reader")
    page = AppTest.from_function(offering, default_timeout=SECONDS).run()
    assert ask(page, token=anas).text == "a,b\n1,1"
    bens = signed_in("ben", "admin")  # in the same browser, beside a tab that ana has left open
    answer = ask(page, token=bens)
    assert answer.status_code == 404
    assert "1,1" not in answer.text


def failing():
    import streamlit as st

    from pages.ui.common.download.download_route import download_url

    error = st.session_state["error"]

    def make():
        raise error

    st.session_state["address"] = download_url("report", "text/csv", make)


def test_a_file_that_cannot_be_made_says_why():
    for error, status in ((Refused("none", "There is none."), 409), (EngineUnavailable("It is starting."), 503)):
        page = AppTest.from_function(failing, default_timeout=SECONDS)
        page.session_state["error"] = error
        page.run()
        answer = get(page)
        assert (answer.status_code, answer.text) == (status, str(error))
        assert answer.headers["content-type"].startswith("text/plain")


def test_an_error_that_nobody_foresaw_says_nothing_of_what_is_in_the_file(caplog):
    page = AppTest.from_function(failing, default_timeout=SECONDS)
    page.session_state["error"] = ValueError("Doe^Jane")
    page.run()
    with caplog.at_level(logging.ERROR):
        answer = get(page)
    assert answer.status_code == 500
    assert "could not be made" in answer.text
    assert "ValueError" in caplog.text, "who looks after the server learns where"
    assert "Doe" not in answer.text + caplog.text


def test_who_asks_for_the_headers_alone_has_no_file_made():
    page = AppTest.from_function(failing, default_timeout=SECONDS)
    page.session_state["error"] = Refused("none", "There is none.")
    page.run()
    assert ask(page, "HEAD").status_code == 200
    assert ask(page, "POST").status_code == 405


def of_a_film():
    import streamlit as st

    from pages.ui.common.download.download_button import render_download

    film = st.session_state["film"]
    render_download("Report (PDF)", f"{film}.pdf", "application/pdf", lambda: film, key="export")


@pytest.mark.usefixtures("engine")
def test_the_file_of_another_film_never_comes_under_this_ones_name():
    page = AppTest.from_function(of_a_film, default_timeout=SECONDS)
    page.session_state["film"] = "one"
    page.run()
    [button] = page.get("bidi_component")
    seen = json.loads(button.proto.json)  # what the browser still shows while the next film is drawn
    page.session_state["film"] = "two"
    page.run()
    assert seen["file"] == "one.pdf"
    assert get_from(seen["url"], download_route()).text != "two"


def offering_or_failing():
    import streamlit as st

    from pages.ui.common.download.download_button import render_download

    error = st.session_state["error"]

    def make():
        if error:
            raise error
        return "a,b"

    render_download("Worklist (CSV)", "worklist.csv", "text/csv", make, key="export")


@pytest.mark.usefixtures("engine")
def test_the_audit_log_says_whether_the_file_was_made(signed_in):
    token = signed_in("ana", "reader")
    for error in (None, Refused("none", "There is none.")):
        page = AppTest.from_function(offering_or_failing, default_timeout=SECONDS)
        page.session_state["error"] = error
        page.run()
        [button] = page.get("bidi_component")
        page.session_state["address"] = json.loads(button.proto.json)["url"]
        ask(page, token=token)
    told = [(entry.who, entry.outcome) for entry in audit_log().entries() if entry.event == "export"]
    assert told == [("ana", "success"), ("ana", "refused")]


def waiting():
    import streamlit as st

    from pages.ui.common.download.download_route import download_url

    made = st.session_state["made"]
    st.session_state["address"] = download_url("report", "text/csv", lambda: made.wait() and "a,b")


def test_however_many_files_are_being_made_the_server_answers():
    page = AppTest.from_function(waiting, default_timeout=SECONDS)
    made = page.session_state["made"] = threading.Event()
    page.run()

    async def ask_all():
        other_route = Route("/other", lambda _: PlainTextResponse("an answer"))  # on a thread, as the gate
        transport = httpx.ASGITransport(Starlette(routes=[download_route(), other_route]))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            files = [asyncio.create_task(client.get(page.session_state["address"])) for _ in range(100)]
            await asyncio.sleep(0)
            try:
                async with asyncio.timeout(SECONDS):
                    other = await client.get("/other")
            finally:
                made.set()
            return other.text, {answer.text for answer in await asyncio.gather(*files)}

    assert asyncio.run(ask_all()) == ("an answer", {"a,b"})
