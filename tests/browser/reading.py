"""What a reader does and sees, in words that tests share."""

import base64
import re
import time
from io import BytesIO

import numpy as np
import PIL.Image
from playwright.sync_api import expect

from tests.imaging.images import image_bytes
from tests.patience import SECONDS

ROWS, COLUMNS = 320, 240


def gradient(high=4095):
    """Dark on the left, bright on the right: uint16 (ROWS, COLUMNS)."""
    return np.tile(np.linspace(0, high, COLUMNS).astype(np.uint16), (ROWS, 1))


def dicom(**attributes):
    """A chest film as DICOM."""
    stated = {"Modality": "DX", "BodyPartExamined": "CHEST", "BitsStored": 12} | attributes
    return image_bytes(gradient(), **stated)


def png():
    """A 16-bit PNG."""
    file = BytesIO()
    PIL.Image.fromarray(gradient(65535)).save(file, "PNG")
    return file.getvalue()


def add(page, **files):
    """Drop files in; keyword `image_dcm` is the file image.dcm."""
    payload = [
        {"name": name.replace("_", "."), "mimeType": "application/octet-stream", "buffer": data}
        for name, data in files.items()
    ]
    page.locator("input[type=file]").set_input_files(payload)


def open_image(page, name):
    """Choose an image in the worklist."""
    page.locator(".worklist .open", has_text=name).click()
    page.locator(".worklist li.current", has_text=name).wait_for()


def finding(page, title):
    """The row of one label."""
    return page.locator(".findings .row").filter(has=page.get_by_text(title, exact=True))


def drawn(page, kind="dcm"):
    """Wait until an image of that kind is on the canvas."""
    expect(page.locator(".stage")).to_have_attribute("aria-label", re.compile({"dcm": "DICOM", "png": "PNG"}[kind]))
    expect(page.locator(".viewer")).not_to_have_attribute("data-image", "")


def show_map(page, title):
    """Wait for the check of this label's map, and ask for its colours where it failed."""
    expect(page.locator(".legend .subject")).to_have_text(title)
    map_checked(page)
    if page.locator(".legend .scale").get_attribute("hidden") is not None:  # its colours are withheld
        page.get_by_role("button", name="Show it anyway").click()
    expect(page.locator("input.cutoff")).to_be_enabled()


def map_checked(page):
    """Wait until the check of the heat map has ended."""
    expect(page.locator(".legend .checked")).to_have_text(re.compile("^(Quick c|C)heck .|^Not checked"))


def at_rest(page):
    """Wait until no script runs: what is clicked while the page is drawn anew may be gone before the click arrives.

    It is looked at twice, since a run that begins anew rests in between.
    """
    app = page.get_by_test_id("stApp")

    def rests():
        return app.get_attribute("data-test-script-state") == "notRunning"

    def stays_at_rest():
        if not rests():
            return False
        page.wait_for_timeout(100)
        return rests()

    read_until(page, stays_at_rest, bool)


def next_frame(page):
    """Wait until what the page has been told is drawn: the viewer draws, and writes beside the image, once a frame."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def read_until(page, read, right):
    """Read again and again until `right` is true of what is read, and return that."""
    give_up = time.monotonic() + SECONDS
    while not right(value := read()):
        assert time.monotonic() < give_up, value
        page.wait_for_timeout(50)
    return value


def settings(page):
    """Window and zoom of each viewer."""
    next_frame(page)
    return page.locator(".viewer .shown").all_inner_texts()


def resting_box(page, element):
    """Where an element lies, once it has stayed there for a second: charts above it come late."""
    at_rest(page)

    def before_and_after():
        element.scroll_into_view_if_needed()
        before = element.bounding_box()
        page.wait_for_timeout(1000)
        return before, element.bounding_box()

    return read_until(page, before_and_after, lambda boxes: boxes[0] == boxes[1])[1]


def all_drawn(page):
    """Wait until image, findings and the map's check are drawn: what comes later changes the length of the page."""
    at_rest(page)  # until then the findings and the legend of the image before may still be there
    next_frame(page)
    finding(page, "Bright").wait_for()
    expect(page.locator(".viewer:not([data-image=''])")).to_be_visible()
    expect(page.locator(".legend")).to_be_visible()
    map_checked(page)
    at_rest(page)


def thumbnails(page, count):
    """Wait until so many thumbnails are drawn: removing one while it is fetched leaves a 404 in the log."""
    pictures = page.locator(".worklist img.thumbnail")
    expect(pictures).to_have_count(count)
    for picture in pictures.all():
        picture.evaluate("image => image.decode()")


def show_tools(page):
    """Show the viewer's tools."""
    button = page.get_by_role("button", name="Tools", exact=True)
    at_rest(page)
    if button.get_attribute("aria-expanded") != "true":
        button.click()
    expect(button).to_have_attribute("aria-expanded", "true")


def counts(page):
    """How often the viewer has fetched and drawn."""
    return page.locator(".viewer").evaluate(
        "v => ({fetches: +v.dataset.imageFetches, image: +v.dataset.imageDraws, overlay: +v.dataset.overlayDraws})"
    )


def choose(page, box, option):
    """Choose an option of a select box."""
    at_rest(page)
    page.get_by_role("combobox", name=box, exact=True).click()
    page.get_by_role("option", name=option).click()


def pixels(page, canvas, viewer=0):
    """RGBA uint8 (rows, columns, 4) of the canvas "image" or "overlay" of one of the page's viewers, at rest."""
    next_frame(page)
    width, height, png = (
        page.locator(f"canvas.{canvas}").nth(viewer).evaluate("c => [c.width, c.height, c.toDataURL().split(',')[1]]")
    )
    image = np.asarray(PIL.Image.open(BytesIO(base64.b64decode(png))).convert("RGBA"))
    assert image.shape == (height, width, 4)
    return image


def shown_image(page, viewer=0):
    """The part of the image's canvas that the image covers; (0, 0, 4) where none is drawn yet."""
    image = pixels(page, "image", viewer)
    covered = image[..., 3] > 0
    rows, columns = np.flatnonzero(covered.any(1)), np.flatnonzero(covered.any(0))
    if not rows.size:
        return image[:0, :0]
    return image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def download_of(page, button):
    """The file of a button."""
    at_rest(page)
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return download.value
