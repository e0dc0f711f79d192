"""Exports are there as long as the page offers them, at one address, and are made when they are asked for."""

from streamlit.testing.v1 import AppTest

from meddx.errors import EngineUnavailable, Refused
from pages.ui.common.download.download_route import download_route
from tests.pages.common.test_image_route import get as get_from


def get(page):
    return get_from(page.session_state["address"], download_route())


def offering():
    """A page that offers one export while it is asked to."""
    import streamlit as st

    from pages.ui.common.download.download_route import download_url, drop_downloads

    count = st.session_state["drawn"] = st.session_state.get("drawn", 0) + 1
    if st.session_state.get("offered", True):
        st.session_state["address"] = download_url("report", "text/csv", lambda: f"a,b\n{count},1")
    if st.session_state.get("whole", True):
        drop_downloads()


def test_the_address_stays_and_gives_what_the_page_drew_last():
    page = AppTest.from_function(offering).run()
    url = page.session_state["address"]
    first = get(page)
    assert (first.text, first.headers["content-type"]) == ("a,b\n1,1", "text/csv; charset=utf-8")
    assert first.headers["cache-control"] == "no-store"
    assert first.headers["content-disposition"] == "attachment"
    page.run()
    assert page.session_state["address"] == url
    assert get(page).text == "a,b\n2,1"


def test_it_is_gone_once_a_whole_page_was_drawn_without_it():
    page = AppTest.from_function(offering).run()
    page.session_state["offered"] = page.session_state["whole"] = False
    page.run()
    assert get(page).text == "a,b\n1,1", "a part of the page says nothing of the others"
    page.session_state["whole"] = True
    page.run()
    assert get(page).status_code == 404
    assert "no longer offers" in get(page).text


def test_every_tab_has_an_address_of_its_own():
    one, other = (AppTest.from_function(offering).run() for _ in range(2))
    assert one.session_state["address"] != other.session_state["address"]
    assert get_from("/download/guessed", download_route()).status_code == 404


def failing():
    import streamlit as st

    from pages.ui.common.download.download_route import download_url

    error = st.session_state["error"]

    def make():
        raise error

    st.session_state["address"] = download_url("report", "text/csv", make)


def test_a_file_that_cannot_be_made_says_why():
    for error, status in ((Refused("none", "There is none."), 409), (EngineUnavailable("It is starting."), 503)):
        page = AppTest.from_function(failing)
        page.session_state["error"] = error
        page.run()
        answer = get(page)
        assert (answer.status_code, answer.text) == (status, str(error))
        assert answer.headers["content-type"].startswith("text/plain")
