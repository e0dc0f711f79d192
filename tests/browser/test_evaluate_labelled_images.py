"""Own labelled images in Chromium: uploaded, mapped, measured across a reload, exported, one of them opened."""

import io
import re
import zipfile

import numpy as np
import pytest
from playwright.sync_api import expect

from meddx.imaging.phantom import chest_phantom, phantom_dicom
from tests.browser.reading import at_rest, download_of
from tests.imaging.images import image_bytes
from tests.patience import SECONDS

pytestmark = pytest.mark.browser

LARGE, PHANTOMS = 20, 2
BROKEN = b"\x89PNG\r\n\x1a\n and no more"


def archive():
    """Two classes of large images, which take a while to read; one of phantoms, with a broken file; one of no label."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for number in range(LARGE):
            shade = np.full((2200, 2200), 3200 if number % 2 else 700 + number, np.uint16)
            data = image_bytes(shade, Modality="DX", BodyPartExamined="CHEST", BitsStored=12)
            packed.writestr(f"set/{'bright' if number % 2 else 'gloomy'}/{number:02d}", data)
        for number in range(PHANTOMS):
            packed.writestr(f"set/normal/{number}.dcm", phantom_dicom(chest_phantom(number, (), 256, 208)))
        packed.writestr("set/normal/broken.png", BROKEN)
    return file.getvalue()


@pytest.fixture
def page(chromium, server):
    # Not the fixture `tab`: on a reload of a deep link Streamlit first asks for its settings below the page, a 404.
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(SECONDS * 1000)
    page = context.new_page()
    page.goto(server.url)
    page.get_by_role("link", name="Evaluate").click()
    page.locator("[data-testid=stRadio] label", has_text="Your own labelled images").click()
    expect(page.get_by_text("Evaluate a model on your own images")).to_be_visible()
    at_rest(page)
    yield page
    context.close()


def test_from_a_zip_over_a_reload_to_the_report_and_to_an_image(page):
    images = {"name": "ward 3.zip", "mimeType": "application/zip", "buffer": archive()}
    page.locator("input[type=file]").set_input_files(images)
    expect(page.get_by_text(f"{LARGE + PHANTOMS + 1} images of 3 classes")).to_be_visible()
    choice = page.get_by_role("combobox", name="Label for gloomy")
    choice.click()
    page.get_by_role("option", name="Dark", exact=True).click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name=re.compile("^Evaluate ")).click()

    # How far it is changes faster than the page asks on a quick machine: any of its words will do.
    expect(page.locator("[data-testid=stProgress]")).to_be_visible()
    page.reload()
    second = page.context.new_page()
    second.goto(page.url)
    for session in (page, second):
        expect(session.locator("h1.card-title")).to_contain_text("ward 3: ")
        skipped = session.get_by_text(f"{LARGE + PHANTOMS} labelled images, 1 skipped.")
        expect(skipped).to_be_visible()
    second.close()
    expect(page.get_by_text("Unlike the training images: not measured.")).to_be_visible()
    page.get_by_text(f"Skipped cases: 1 of {LARGE + PHANTOMS + 1}").click()
    expect(page.locator("table.reasons")).to_contain_text("1")

    html = download_of(page, "Report (HTML)").path().read_text(encoding="utf-8")
    report = page.context.new_page()
    report.set_content(html)
    expect(report.get_by_role("heading", level=1)).to_contain_text("ward 3: ")
    expect(report.get_by_text(", 1 skipped.", exact=False).first).to_be_visible()
    expect(report.get_by_text("normal/broken.png")).to_be_visible()
    report.close()

    at_rest(page)
    name = page.locator("figure.image b").first.inner_text()
    page.get_by_role("button", name="Open in Diagnose").first.click()
    expect(page.locator(".worklist li.current")).to_contain_text(name)
    expect(page.locator(".viewer:not([data-image=''])")).to_be_visible()
