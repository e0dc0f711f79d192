"""Neither server nor page asks anything of another computer, while a reader works on every page."""

import ipaddress
import json
from contextlib import suppress

import pytest
from playwright.sync_api import expect

from pages.ui.common.page_addresses import page_name
from tests.browser.reading import add, at_rest, dicom, download_of, finding, show_map
from tests.browser.server import serving

pytestmark = pytest.mark.browser

WATCHING = """
import json, os, sys

def _note(*what):
    line = json.dumps([os.getpid(), *what]) + "\\n"
    os.write(_told, line.encode())

def _hook(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        if isinstance(arguments[1], tuple):  # a Unix socket's address is a text
            _note(event, str(arguments[1][0]))
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        host = arguments[0]
        _note(event, host.decode() if isinstance(host, bytes) else host)

_told = os.open(os.environ["WATCHED"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
_note("begins", " ".join(sys.orig_argv))
sys.addaudithook(_hook)
"""
"""Run by each process of Python at its start: it notes whom the process connects to, and which names it looks up."""


def is_here(host):
    """Whether an address is this computer's, or none."""
    if host in (None, "", "localhost"):
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def test_a_session_on_every_page_asks_nothing_of_another_computer(tab, models, tmp_path, monkeypatch):
    told = tmp_path / "told"
    (tmp_path / "sitecustomize.py").write_text(WATCHING)
    monkeypatch.setenv("WATCHED", str(told))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("websocket", lambda socket: asked.append(socket.url))
    with serving(models) as server:
        tab.goto(server.url)
        tab.get_by_text("Drop an image in").wait_for()
        at_rest(tab)
        add(tab, image_dcm=dicom())
        finding(tab, "Bright").wait_for()
        show_map(tab, "Bright")
        tab.get_by_text("Export", exact=True).click()
        assert download_of(tab, "Report (PDF)").path().stat().st_size > 1000
        linked = tab.get_by_test_id("stSidebarNav").get_by_role("link").all_inner_texts()
        assert {"Evaluate", "Compare", "Explain", "Models", "Add model"} < set(linked)
        for title in linked[1:]:
            tab.goto(f"{server.url}/{page_name(title)}")
            expect(tab.locator(".research-use")).to_be_visible()
            at_rest(tab)
        tab.goto("about:blank")
        here = server.url.removeprefix("http://")
    outside = [url for url in asked if url.split("/")[2] != here and not url.startswith(("data:", "blob:", "about:"))]
    assert outside == []
    notes = [json.loads(line) for line in told.read_text().splitlines()]
    begun = [what for _, event, what in notes if event == "begins"]
    for program in ("streamlit run", "meddx.engine.worker", "meddx.imaging.isolated_reading"):
        assert any(program in command for command in begun), f"{program} is not watched"
    assert [note for note in notes if note[1] != "begins" and not is_here(note[2])] == []
