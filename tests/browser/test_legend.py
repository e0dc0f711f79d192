"""The legend lies over the upper corner of the film that shows less: a side marker stays to be read."""

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.reading import COLUMNS, ROWS, add, all_drawn, at_rest, next_frame, open_image, pixels, read_until
from tests.imaging.images import image_bytes

pytestmark = pytest.mark.browser


def film(*markers):
    """A film of an even grey, noisy as films are, with a white L in these upper corners."""
    stored = 600 + np.random.default_rng(3).normal(0, 12, (ROWS, COLUMNS))
    for side in markers:
        left = {"left": 6, "right": COLUMNS - 24}[side]
        stored[10:40, left : left + 6] = 4095
        stored[34:40, left : left + 18] = 4095
    return image_bytes(stored.astype(np.uint16), Modality="DX", BodyPartExamined="CHEST", BitsStored=12)


def hidden_and_shown(page):
    """How many white pixels of the film lie under the legend, and how many beside it."""
    stage, legend = (page.locator(part).bounding_box() for part in (".stage", ".legend"))
    white = pixels(page, "image")[..., 0] > 240
    left, top = round(legend["x"] - stage["x"]), round(legend["y"] - stage["y"])
    under = white[top : top + round(legend["height"]), left : left + round(legend["width"])].sum()
    return under, white.sum() - under


def legend_side(page):
    """The side of the stage at which the legend lies."""
    next_frame(page)
    stage, legend = (page.locator(part).bounding_box() for part in (".stage", ".legend"))
    return "left" if legend["x"] - stage["x"] < stage["width"] / 2 else "right"


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_legend_does_not_hide_a_side_marker(page, side):
    add(page, film_dcm=film(side))
    all_drawn(page)
    hidden, shown = hidden_and_shown(page)
    assert hidden == 0
    assert shown > 100
    page.get_by_role("button", name="Tools", exact=True).click()
    expect(page.locator(".flip")).to_be_visible()
    page.locator(".flip").click()
    other = read_until(page, lambda: legend_side(page), lambda now: now == side)
    assert other == side, "the marker is on the other side now"
    hidden, shown = hidden_and_shown(page)
    assert hidden == 0
    assert shown > 100


def test_the_legend_keeps_its_side_without_a_marker_and_while_the_reader_zooms(page):
    add(page, plain_dcm=film(), marked_dcm=film("right"))
    all_drawn(page)
    open_image(page, "plain.dcm")
    all_drawn(page)
    assert legend_side(page) == "right"
    open_image(page, "marked.dcm")
    all_drawn(page)
    read_until(page, lambda: legend_side(page), lambda now: now == "left")
    page.locator(".stage").hover()
    page.mouse.wheel(0, -600)
    page.keyboard.press("i")
    at_rest(page)
    assert legend_side(page) == "left"
