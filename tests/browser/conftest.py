"""The server, Chromium, and a page in it."""

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.labelled import write_two_models
from tests.browser.model import write_bright_and_dark
from tests.browser.server import CHROMIUM, serving
from tests.patience import SECONDS

expect.set_options(timeout=SECONDS * 1000)


@pytest.fixture(scope="package")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser-models")
    write_bright_and_dark(folder)
    write_bright_and_dark(folder, "strict", threshold=0.99)
    return folder


@pytest.fixture(scope="package")
def server(models):
    with serving(models) as server:
        yield server


@pytest.fixture(scope="package")
def two_models(tmp_path_factory):
    """A server with two models of the same labelled images: tests.browser.labelled."""
    with serving(write_two_models(tmp_path_factory.mktemp("two-models"))) as server:
        yield server


@pytest.fixture(scope="package")  # Playwright's event loop must not outlive these tests: no other could run one
def playwright():
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def chromium(playwright):
    browser = playwright.chromium.launch(**CHROMIUM)
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def small_window(chromium):
    """A browser with a window of 1024 x 768, for pages opened by their address: shared, and so is its cache.

    Not the fixture `tab`: on a deep link Streamlit first asks for its settings below the page and logs the 404.
    """
    context = chromium.new_context(viewport={"width": 1024, "height": 768})
    context.set_default_timeout(SECONDS * 1000)
    yield context
    context.close()


@pytest.fixture
def tab(chromium):
    """An empty page; the test fails when the console holds an error, a blocked resource among them."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    tab = context.new_page()
    tab.set_default_timeout(SECONDS * 1000)
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
    tab.get_by_text("Drop an image in").wait_for()
    return tab
