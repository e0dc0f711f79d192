"""A first visit in Chromium: the tour, the glossary and the theme, each remembered by the browser."""

import pytest
from playwright.sync_api import expect

from tests.browser.reading import add, at_rest, dicom, finding
from tests.patience import SECONDS

pytestmark = pytest.mark.browser


def test_the_tour_is_shown_once_the_glossary_explains_and_the_theme_is_that_of_every_page(chromium, server):
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light")
    context.add_init_script("Object.defineProperty(navigator, 'webdriver', { get: () => false })")  # as a person's
    page = context.new_page()
    page.set_default_timeout(SECONDS * 1000)
    page.goto(f"{server.url}/?model=strict")
    expect(page.get_by_role("button", name="Short tour")).to_be_visible()  # a link wants no tour
    page.goto(server.url)
    tour = page.get_by_role("region", name="Short tour")
    expect(tour).to_contain_text("1 of 4")
    page.locator("[data-testid=stFileUploaderDropzone] button").click(trial=True)  # it covers nothing
    for _ in range(3):
        tour.get_by_role("button", name="Next").click()
    tour.get_by_role("button", name="Done").click()
    expect(page.get_by_role("button", name="Short tour")).to_be_focused()
    page.reload()
    expect(page.get_by_role("button", name="Short tour")).to_be_visible()
    expect(tour).to_be_hidden()

    page.get_by_role("button", name="Glossary").click()
    expect(page.get_by_role("dialog")).to_contain_text("The probability from which the model reports a label")
    at_rest(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    add(page, image_dcm=dicom())
    finding(page, "Bright").wait_for()
    at_rest(page)
    meaning = page.get_by_text("The probability from which the model reports a label")
    expect(meaning).to_be_hidden()
    page.get_by_role("button", name="What is this? The probability").focus()
    expect(meaning).to_be_visible()

    app = page.get_by_test_id("stApp")
    expect(app).to_have_css("color-scheme", "light")
    page.get_by_label("Theme").select_option("Dark")
    expect(app).to_have_css("color-scheme", "dark")
    finding(page, "Bright").wait_for()  # the film is still there
    page.goto(f"{server.url}/models")
    expect(page.get_by_label("Theme")).to_have_value("Dark")
    expect(page.locator("html")).to_have_css("color-scheme", "dark")
    context.close()
