"""The Explain page in Chromium, with the shipped records."""

import re

import pytest
from playwright.sync_api import expect

from meddx.config import ROOT
from meddx.explain.map_record import read_record
from meddx.model.registry import list_models
from tests.browser.reading import at_rest, read_until
from tests.browser.server import serving

pytestmark = pytest.mark.browser

MODELS = {model.card.id: model for model in list_models(ROOT / "models").models}


TOO_WIDE = "(parts) => parts.filter((part) => part.scrollWidth > part.clientWidth + 1).length"
"""Read until none is: a chart is drawn before it is as wide as its place."""


@pytest.fixture(scope="module")
def shipped():
    with serving(ROOT / "models") as server:
        yield server


def first_method(name):
    record = read_record(MODELS[name].folder, MODELS[name].card)
    return record.method(record.recommended).title


def test_from_the_navigation_to_what_is_shown_first_another_model_and_every_number(tab, shipped):
    tab.goto(shipped.url)
    tab.get_by_role("link", name="Explain").click()
    for name in ("phantom-cnn", "brain-tumor-efficientnet"):
        tab.locator("[data-testid=stRadio] label", has_text=MODELS[name].card.title).click()
        expect(tab.locator("h1.card-title")).to_contain_text(MODELS[name].card.title)
        expect(tab).to_have_url(re.compile(rf"/explain\?model={name}$"))
        expect(tab.locator(".box h2").first).to_have_text(
            re.compile(f"^Default method: {first_method(name)}(, not reliable)?$")
        )
        expect(tab.locator("table.maps tr.first th").first).to_contain_text(first_method(name))
    expect(tab.locator(".js-plotly-plot .scatterlayer .trace")).to_have_count(3)
    full = tab.get_by_text("Localisation, against annotated boxes or masks")
    expect(full).not_to_be_visible()
    tab.get_by_text("All measures, and the same methods in tf-keras-vis").click()
    expect(full).to_be_visible()
    expect(tab.get_by_text("tf-keras-vis: Grad-CAM", exact=True).first).to_be_visible()
    row = tab.locator("table.every tr", has_text=MODELS["phantom-cnn"].card.title)
    expect(row).to_contain_text(first_method("phantom-cnn"))


def test_a_long_name_in_a_list_is_told_in_whole_where_it_is_cut(tab, shipped):
    title = MODELS["ham10000-fusion"].card.title
    tab.goto(shipped.url)
    expect(tab.get_by_label("Theme")).to_be_visible()  # drawn last, and it is what tells names
    at_rest(tab)
    tab.get_by_role("combobox", name="Model", exact=True).click()
    option = tab.get_by_role("option", name=title)
    option.hover()
    expect(option).to_have_attribute("title", title)
    option.click()
    chosen = tab.get_by_role("combobox", name="Model", exact=True)
    expect(chosen).to_have_value(title)
    at_rest(tab)
    chosen.hover()
    expect(chosen).to_have_attribute("title", title)


def test_no_table_of_any_model_is_wider_than_a_small_window(small_window, shipped):
    tab = small_window.new_page()
    tab.goto(f"{shipped.url}/explain?model={list(MODELS)[-1]}")
    expect(tab.locator("table.every")).to_be_visible()
    at_rest(tab)
    for name, model in MODELS.items():
        tab.locator("[data-testid=stRadio]").get_by_text(model.card.title, exact=True).click()
        expect(tab.locator("h1.card-title")).to_contain_text(model.card.title)
        at_rest(tab)
        closed = tab.locator("[data-testid=stExpander] details:not([open]) summary")
        for left in reversed(range(closed.count())):
            closed.first.click()
            expect(closed).to_have_count(left)
        expect(tab.locator("table.every")).to_be_visible()
        expect(tab.locator("table.grid").first).to_be_visible()
        parts = tab.locator(".scroll, [data-testid=stMain]")
        read_until(tab, lambda parts=parts, name=name: (name, parts.evaluate_all(TOO_WIDE)), lambda read: not read[1])
    tab.close()
