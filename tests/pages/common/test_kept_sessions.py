"""A reloaded tab takes up what it left, and nobody else does."""

import gc
import threading
import time

import pytest

from pages.ui.common import kept_sessions, tabs
from pages.ui.common.session import Session
from tests.patience import SECONDS

BROWSER, OTHER = "b" * 43, "o" * 43


@pytest.fixture
def opened(monkeypatch):
    """Ids of the tabs that are open; "old" and "older", where closed, are not forgotten yet."""

    opened = set()
    monkeypatch.setattr(tabs, "is_connected", lambda tab: tab in opened)
    monkeypatch.setattr(tabs, "is_kept", lambda tab: tab in opened or tab in ("old", "older"))
    monkeypatch.setattr(kept_sessions, "_WAIT", 0.2)
    monkeypatch.setattr(kept_sessions, "_SHORT_WAIT", 0.1)
    return opened


def kept(tab="old", data=b"film", used=1.0):
    session = Session(tab=tab, used=used)
    if data:
        session.add("a.dcm", data)
    kept_sessions.keep(session, BROWSER)
    return session


def test_a_reloaded_tab_takes_up_its_session(opened):
    session = kept()
    assert kept_sessions.take_up(BROWSER, "new") is session
    assert session.tab == "new"
    opened.add("new")
    assert kept_sessions.take_up(BROWSER, "third") is None, "a session belongs to one tab"


def test_another_browser_takes_up_nothing_and_neither_does_one_without_cookies(opened):
    kept()
    assert kept_sessions.take_up(OTHER, "new") is None
    assert kept_sessions.take_up("", "new") is None
    nameless = Session(tab="old")
    nameless.add("a.dcm", b"film")
    kept_sessions.keep(nameless, "")
    assert kept_sessions.take_up("", "new") is None


def test_a_new_tab_beside_an_open_one_is_empty(opened):
    session = kept()
    opened.add("old")
    assert kept_sessions.take_up(BROWSER, "new", session.cases[0].digest[:16]) is None


def test_a_reload_waits_for_its_own_tab_to_close(opened, monkeypatch):
    monkeypatch.setattr(kept_sessions, "_WAIT", SECONDS)
    session = kept()
    opened.add("old")
    threading.Timer(0.05, lambda: opened.discard("old")).start()
    assert kept_sessions.take_up(BROWSER, "new", session.cases[0].digest[:16]) is session


def test_what_streamlit_has_forgotten_is_gone(opened):
    session = kept(tab="long ago")
    begun = time.monotonic()
    assert kept_sessions.take_up(BROWSER, "new") is None
    assert session.tab == "long ago"
    assert time.monotonic() - begun < 5


def test_of_several_the_one_with_the_film_else_the_last_used_is_taken(opened):
    one, two = kept("old", b"one", used=1.0), kept("older", b"two", used=2.0)
    assert kept_sessions.take_up(BROWSER, "new", one.cases[0].digest[:16]) is one
    one.tab = "old"
    assert kept_sessions.take_up(BROWSER, "new") is two


def test_a_session_is_not_kept_alive(opened):
    session = kept()
    del session
    gc.collect()
    assert kept_sessions.take_up(BROWSER, "new") is None
