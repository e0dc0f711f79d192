"""The server as a whole: below a path, and what it leaves behind."""

import os
import re
import signal
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.reading import add, at_rest, dicom, finding
from tests.browser.server import children_of, get, serving, stream
from tests.patience import SECONDS

pytestmark = pytest.mark.browser


def test_images_are_drawn_below_a_base_path(tab, models):
    with serving(models, ["--server.baseUrlPath", "reading/room"], path="/reading/room") as server:
        assert get(f"{server.url}/image/guessed").status_code == 404
        tab.goto(server.url)
        add(tab, image_dcm=dicom())
        finding(tab, "Bright").wait_for()
        expect(tab.locator(".viewer")).to_have_attribute("data-image-fetches", "1")
        expect(tab.locator(".viewer")).not_to_have_attribute("data-image-draws", "0")
        tab.goto("about:blank")


@pytest.mark.parametrize("base", ["", "/reading/room"])
def test_a_page_opened_by_its_address_asks_for_nothing_that_is_not_there(tab, models, base):
    with serving(models, ["--server.baseUrlPath", base.strip("/")] if base else [], path=base) as server:
        missing = []
        tab.on("response", lambda response: missing.append(response.url) if response.status >= 400 else None)
        for typed, page in (("evaluate", "Evaluate"), ("Models", "Models"), ("explain/?model=none", "Explain")):
            tab.goto(f"{server.url}/{typed}")
            tab.locator(".research-use").wait_for()
            expect(tab.get_by_role("link", name=page, exact=True)).to_have_attribute("aria-current", "page")
            expect(tab).to_have_url(re.compile(rf"^{re.escape(server.url)}/{page.lower()}(\?|$)"))
        assert missing == []
        tab.goto("about:blank")


def test_every_answer_carries_the_security_headers(server):
    for path in ("/", "/_stcore/health", "/image/guessed"):
        headers = get(f"{server.url}{path}").headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_what_reads_an_image_is_off_the_network(tab, models):
    with serving(models) as server:
        tab.goto(server.url)
        tab.get_by_text("Drop an image in").wait_for()
        at_rest(tab)
        add(tab, image_dcm=dicom())
        finding(tab, "Bright").wait_for()
        [engine] = server.workers
        readers = [engine, *children_of(engine)]
        assert len(readers) > 1, "images are read in a process of their own"
        for reader in readers:  # tests/test_confinement.py says what the filter lets pass
            assert {"Seccomp:\t2", "NoNewPrivs:\t1"} <= set(Path(f"/proc/{reader}/status").read_text().split("\n"))
        tab.goto("about:blank")


def test_a_foreign_name_for_this_server_gets_no_page(server):
    answer = get(server.url, headers={"Host": "rebound.example"})
    assert answer.status_code == 400
    assert "server.allowedHosts" in answer.text
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_another_site_opens_no_websocket(server):
    address = f"{server.url}/_stcore/stream"
    handshake = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }  # fmt: skip
    rebound = {"Host": "rebound.example", "Origin": "http://rebound.example"}
    assert get(address, headers=handshake | rebound).status_code == 400
    assert get(address, headers=handshake | {"Origin": "http://other.example"}).status_code == 403
    with stream("GET", address, headers=handshake | {"Origin": server.url}) as answer:
        assert answer.status_code == 101


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda end: end.name)
def test_a_server_that_ends_takes_its_worker_along(models, end):
    with serving(models) as server:
        [worker] = server.workers
        server.process.send_signal(end)
        server.process.wait(SECONDS)
    give_up = time.monotonic() + SECONDS
    while _alive(worker) and time.monotonic() < give_up:
        time.sleep(0.1)
    assert not _alive(worker)


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
