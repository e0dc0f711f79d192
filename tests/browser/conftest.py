"""The app as the README starts it, and Chromium to look at it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import sync_playwright

from tests.browser.model import write_bright_and_dark

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
START_SECONDS = 60


@dataclass
class Server:
    """A running `streamlit run app.py`."""

    url: str
    process: subprocess.Popen

    @property
    def workers(self) -> list[int]:
        """Process ids of its children."""
        pid = self.process.pid
        return [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]


@contextmanager
def serving(models: Path, *options: str, path: str = ""):
    """Start the server on a free port and stop it as Ctrl-C does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    streamlit = str(Path(sys.executable).parent / "streamlit")
    command = [streamlit, "run", "app.py", "--server.port", str(port), "--server.address", "127.0.0.1", *options]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"MEDDX_MODELS": str(models)})
    server = Server(f"http://127.0.0.1:{port}{path}", process)
    try:
        _await(lambda: httpx.get(f"{server.url}/_stcore/health").is_success, httpx.TransportError)
        yield server
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(20)


def _await(check, *errors):
    give_up = time.monotonic() + START_SECONDS
    while True:
        try:
            if check():
                return
        except errors:
            if time.monotonic() > give_up:
                raise
        assert time.monotonic() < give_up
        time.sleep(0.1)


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser-models")
    write_bright_and_dark(folder)
    write_bright_and_dark(folder, "strict", threshold=0.99)
    return folder


@pytest.fixture(scope="session")
def server(models):
    with serving(models) as server:
        yield server


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium):
    """An empty page; the test fails when the console holds an error, a blocked resource among them."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    tab = context.new_page()
    tab.set_default_timeout(30_000)
    complaints = []
    tab.on("console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    yield tab
    context.close()
    assert complaints == []


@pytest.fixture
def page(tab, server):
    """The Diagnose page, empty."""
    tab.goto(server.url)
    tab.get_by_text("Drop a chest film in").wait_for()
    return tab
