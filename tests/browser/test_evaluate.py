"""The Evaluate page in Chromium, from recorded predictions: a threshold moves the numbers, an error shows its image."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.labelled import LEVELS
from tests.browser.reading import resting_box

pytestmark = pytest.mark.browser


def pick(table, row):
    """Select a row of a table, which Streamlit draws on a canvas: its box stands at the left of the row."""
    box = resting_box(table.page, table)
    table.page.mouse.click(box["x"] + 15, box["y"] + 36 + 35 * row + 17)


def test_the_threshold_moves_the_numbers_and_an_error_shows_its_image(tab, two_models):
    tab.goto(two_models.url)
    tab.get_by_role("link", name="Evaluate").click()
    expect(tab.locator("h1.card-title")).to_have_text("Grey images, eager")
    expect(tab.get_by_text(f"{len(LEVELS)} recorded test images, none skipped.")).to_be_visible()

    called = tab.locator(".hundreds p").first
    expect(called).to_have_text("100 true positive, 0 false negative")
    slider = tab.get_by_role("slider", name="Threshold")
    slider.focus()
    slider.press("End")
    expect(called).to_have_text("0 true positive, 100 false negative")
    tab.get_by_role("button", name="Reset threshold").click()
    expect(called).to_have_text("100 true positive, 0 false negative")

    expect(tab.get_by_role("heading", name="Most confident errors")).to_be_visible()
    pick(tab.locator("[data-testid=stDataFrame]"), row=2)
    image = tab.locator("figure.image").first
    expect(image).to_contain_text("test/000019")
    expect(image).to_contain_text("True: Dark. Predicted: Bright.")
    expect(image).to_contain_text("Evidence for Bright")
    expect(image.get_by_role("img")).to_have_attribute("src", re.compile("^data:image/"))
