"""The Compare page in Chromium: from two models to the image on which they differ, and away with the numbers."""

import csv
from io import StringIO

import numpy as np
import pytest
from playwright.sync_api import expect

from meddx.evaluate.paired.difference_rows import DIFFERENCE_COLUMNS
from tests.browser.reading import at_rest, choose, download_of, read_until, settings, shown_image

pytestmark = pytest.mark.browser


def are_equal(images):
    return bool(images[0].size) and np.array_equal(*images)


def test_from_two_models_to_the_image_they_differ_on(tab, two_models):
    tab.goto(two_models.url)
    tab.get_by_role("link", name="Compare").click()
    choose(tab, "Compare", "Grey images, shy")
    expect(tab.locator("h1.card-title")).to_have_text("Grey images: shy against eager")
    expect(tab.get_by_text("40 common cases, none dropped.")).to_be_visible()

    row = tab.locator("table.paired tr", has_text="Accuracy").first
    expect(row).to_contain_text("McNemar, mid-p")
    expect(row).to_contain_text(".907")  # nine images only the one calls rightly, nine only the other
    expect(tab.locator(".quote")).to_contain_text("On the same 40 cases, the area under the ROC curve was")
    expect(tab.get_by_text("18 of 40 cases: only shy is correct in 9, only eager in 9.")).to_be_visible()

    tab.get_by_role("button", name="Open the first case").click()
    stages = tab.locator(".viewer .stage")
    expect(tab.locator(".viewer:not([data-image=''])")).to_have_count(2)
    expect(tab.locator(".stage .legend:visible")).to_have_count(2)
    at_rest(tab)  # what is drawn above moves the images
    before = read_until(tab, lambda: [shown_image(tab, at) for at in (0, 1)], are_equal)
    stages.nth(0).scroll_into_view_if_needed()
    box = stages.nth(0).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x - 120, y + 60, steps=12)
    tab.mouse.up()
    one, other = settings(tab)
    assert one == other
    after = read_until(tab, lambda: [shown_image(tab, at) for at in (0, 1)], are_equal)
    assert not np.array_equal(before[1], after[1])
    expect(tab.locator(".verdict").first).to_contain_text("disagree on")

    text = download_of(tab, "Differences (CSV)").path().read_text()
    rows = list(csv.DictReader(StringIO(text[: text.index("#")])))
    assert tuple(rows[0]) == DIFFERENCE_COLUMNS
    assert {one["a"] for one in rows} == {"shy"}
    accuracy = next(one for one in rows if one["metric"] == "accuracy" and not one["label"])
    assert round(float(accuracy["p"]), 3) == 0.907
