"""A study as an archive: grouped in the worklist, scrolled through, measured."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.reading import all_drawn, at_rest, dicom, read_until, settings, show_tools, shown_image
from tests.engine.archives import archive
from tests.imaging.images import image_bytes

pytestmark = pytest.mark.browser

IMAGES, SIDE, AT_A_TIME, AHEAD = 30, 96, 4, 8


def series():
    """A CT series whose images, in a mixed order, are as bright as they lie high; each name is its place."""
    stated = {
        "Modality": "CT", "PatientName": "Quartz^Zebedee", "PatientID": "Q7", "PatientAge": "061Y",
        "StudyDate": "20240506", "StudyInstanceUID": "1.2", "SeriesInstanceUID": "1.2.3",
        "ImageOrientationPatient": [1, 0, 0, 0, 1, 0], "PixelSpacing": [0.5, 0.5], "WindowCenter": 500,
        "WindowWidth": 1000,
    }  # fmt: skip
    members = {}
    for place in np.random.default_rng(3).permutation(IMAGES):
        pixels = np.full((SIDE, SIDE), 30 * int(place), np.uint16)
        members[f"study/{place}"] = image_bytes(pixels, ImagePositionPatient=[0, 0, 2 * int(place)], **stated)
    return members


def upload(page, name, data):
    page.locator("input[type=file]").set_input_files([{"name": name, "mimeType": "application/zip", "buffer": data}])


def place(url):
    """The place of the image of a series that is asked for, else None."""
    found = re.search(r"/stack/.*/(\d+)$", url)
    return int(found[1]) if found else None


def brightness(page):
    image = shown_image(page)
    return float(image[..., 0].mean()) if image.size else -1.0


def drawn(page, place):
    """Wait until the image of that place is drawn, under its number."""
    expect(page.locator(".frame-number")).to_have_text(f"{place + 1} of {IMAGES}")
    expected = 255 * 30 * place / 1000
    read_until(page, lambda: brightness(page), lambda mean: abs(mean - expected) < 2)


def go_to_first(page):
    """Open the first image of the series, once all have arrived: until then their places change."""
    expect(page.locator(".worklist li").first).to_contain_text(f"CT · {IMAGES} images")
    expect(page.locator(".frame-number")).to_have_text(re.compile(f" of {IMAGES}$"))
    at_rest(page)
    page.locator(".stage").press("Home")
    drawn(page, 0)


def test_an_archive_becomes_a_series_that_scrolls(page):
    others = {"study/letter.txt": b"a letter", "study/film": dicom(), "study/empty": b""}
    upload(page, "study.zip", archive(series() | others))
    rows = page.locator(".worklist li")
    expect(rows).to_have_count(4)
    expect(rows.first).to_contain_text(f"CT · {IMAGES} images")
    expect(page.locator(".worklist .patient").first).to_contain_text("Quartz Zebedee · ID Q7")
    expect(page.locator(".worklist .study").first).to_have_text("2024-05-06 · 61 years")
    rows.first.locator(".open").click()
    expect(page.locator(".worklist li.current")).to_contain_text("CT")
    go_to_first(page)
    page.locator(".stage").hover()
    for _ in range(5):
        page.mouse.wheel(0, 120)
    drawn(page, 5)
    page.keyboard.press("PageUp")
    drawn(page, 4)
    expect(page).to_have_url(re.compile("film="))
    page.keyboard.press("End")
    drawn(page, IMAGES - 1)
    at_rest(page)
    reason = page.get_by_text("The image states another Modality", exact=False).first
    expect(reason).to_be_visible()

    page.get_by_role("button", name="Patient data").click()
    expect(page.locator(".worklist .patient").first).to_have_text("Patient 1")
    expect(page.locator(".worklist")).not_to_contain_text("2024-05-06")


def test_a_long_scroll_fetches_nothing_that_was_passed_before_its_turn(page):
    asked, come, held = [], [], []
    page.on("request", lambda request: asked.append(place(request.url)))
    page.on("requestfinished", lambda request: come.append(place(request.url)))
    upload(page, "study.zip", archive(series()))
    expect(page.locator(".worklist li")).to_have_count(1)
    go_to_first(page)
    page.keyboard.press("PageDown")
    drawn(page, 1)
    at_rest(page)
    ahead = set(range(AHEAD + 2))
    read_until(page, lambda: (set(asked), set(come)), lambda both: both[0] == both[1] >= ahead)
    asked.clear()
    page.route("**/stack/**", lambda route: held.append(route) if len(held) < AT_A_TIME else route.continue_())
    page.locator(".stage").hover()
    middle = IMAGES // 2 + 2  # far from what was fetched at either end
    for _ in range(middle - 1):
        page.mouse.wheel(0, 120)
    expect(page.locator(".frame-number")).to_have_text(f"{middle + 1} of {IMAGES}")
    read_until(page, lambda: len(held), lambda number: number >= AT_A_TIME)
    assert [one for one in asked if one is not None] == [AHEAD + 2 + step for step in range(AT_A_TIME)]
    asked.clear()
    for route in held:
        route.continue_()
    drawn(page, middle)
    assert next(one for one in asked if one is not None) == middle, "the image at which the reader is comes next"


def test_turned_and_measured(page):
    film = image_bytes(np.tile(np.arange(96, dtype=np.uint16), (48, 1)), Modality="DX", ImagerPixelSpacing=[0.5, 0.5])
    upload(page, "film", film)
    all_drawn(page)
    wide = shown_image(page)
    assert wide.shape[1] > wide.shape[0]
    show_tools(page)
    page.get_by_role("button", name="Rotate", exact=True).click()
    tall = shown_image(page)
    assert tall.shape[0] > tall.shape[1]
    assert tall[5, 5, 0] < tall[-5, 5, 0], "a quarter turn to the right takes the left side up"
    page.get_by_role("button", name="Flip", exact=True).click()
    page.get_by_role("button", name="Rotate", exact=True).click()
    turned = shown_image(page)
    assert turned.shape == wide.shape
    assert turned[5, 5, 0] > turned[5, -5, 0], "mirrored between two turns, left and right are exchanged"

    page.get_by_role("button", name="Length", exact=True).click()
    page.locator(".stage").focus()
    at_rest(page)  # what is drawn beside the image changes its size, and so its zoom
    page.keyboard.press("Enter")
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    zoom = float(re.search(r"zoom (\d+)", *settings(page))[1]) / 100
    measured = re.fullmatch(r"Length ([\d.]+) mm at the detector", page.locator(".measure-text").inner_text())
    assert float(measured[1]) == pytest.approx(100 / zoom * 0.5, rel=0.02)
    page.get_by_role("button", name="Ratio", exact=True).click()
    box = page.locator(".stage").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for half in (60, 120):
        page.mouse.move(middle[0] - half, middle[1] + half / 4)
        page.mouse.down()
        page.mouse.move(middle[0] + half, middle[1] + half / 4)
        page.mouse.up()
    expect(page.locator(".measure-text")).to_contain_text("Ratio 0.50 (")
    page.get_by_role("button", name="Remove last").click()
    expect(page.locator(".measure-text")).to_contain_text("Length")
