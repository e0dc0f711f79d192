"""The Models page in Chromium."""

import re

import pytest
from playwright.sync_api import expect

from meddx.config import ROOT
from meddx.model.registry import list_models
from tests.browser.reading import at_rest, read_until
from tests.browser.server import serving

pytestmark = pytest.mark.browser

CARDS = list_models(ROOT / "models").cards


TOO_WIDE = "(part) => part.scrollWidth > part.clientWidth + 1"
"""Read until it is not: a chart is drawn before it is as wide as its place."""


@pytest.fixture(scope="module")
def shipped():
    with serving(ROOT / "models") as server:
        yield server


def test_from_the_card_to_the_whole_record_and_to_another_model(tab, shipped):
    tab.goto(shipped.url)
    tab.get_by_role("button", name="About this model").click()
    first = tab.get_by_role("dialog").get_by_role("heading").first.inner_text()
    tab.get_by_role("link", name="All results of this model").click()
    expect(tab.locator("h1.card-title")).to_have_text(first)
    name, card = next((name, card) for name, card in CARDS.items() if card.title != first)
    tab.locator("[data-testid=stRadio] label", has_text=card.title).click()
    expect(tab.locator("h1.card-title")).to_have_text(card.title)
    expect(tab).to_have_url(re.compile(rf"/models\?model={name}$"))
    expect(tab.locator(".box.fails li")).to_have_count(len(card.use.known_failures))
    expect(tab.locator("table.confusion").first).to_be_visible()
    expect(tab.locator(".js-plotly-plot .scatterlayer .trace")).to_have_count(3)
    tab.get_by_role("link", name="Diagnose").click()
    expect(tab.get_by_text("Drop an image in")).to_be_visible()


def test_every_model_fits_a_small_window(small_window, shipped):
    tab = small_window.new_page()
    tab.goto(f"{shipped.url}/models?model={list(CARDS)[-1]}")
    expect(tab.locator("h1.card-title")).to_have_text(list(CARDS.values())[-1].title)
    expect(tab.get_by_text("For research use only")).to_be_visible()
    for name, card in CARDS.items():
        tab.locator("[data-testid=stRadio]").get_by_text(card.title, exact=True).click()
        expect(tab.locator("h1.card-title")).to_have_text(card.title)
        at_rest(tab)
        expect(tab.locator(".js-plotly-plot")).to_be_visible()
        main = tab.locator("[data-testid=stMain]")
        read_until(tab, lambda main=main, name=name: (name, main.evaluate(TOO_WIDE)), lambda read: not read[1])
    tab.close()
