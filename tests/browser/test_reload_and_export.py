"""What a reader keeps: films over a reload, the view in the address, a case as files and on paper."""

from io import BytesIO

import numpy as np
import PIL.Image
import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.reading import (
    add,
    at_rest,
    dicom,
    download_of,
    finding,
    open_image,
    png,
    read_until,
    show_map,
    shown_image,
)
from tests.patience import SECONDS

pytestmark = pytest.mark.browser


def downloaded(page, button):
    return download_of(page, button).path().read_bytes()


def patient(context):
    """The context, whose pages wait as long as all others."""
    context.set_default_timeout(SECONDS * 1000)
    return context


def query(page):
    """The query of the page's address, once it says which label is shown."""
    page.wait_for_function("() => location.search.includes('label=DARK')")
    return dict(part.split("=") for part in page.evaluate("() => location.search")[1:].split("&"))


def test_films_and_view_survive_a_reload_and_a_link_and_the_case_goes_with_the_reader(page, server, chromium):
    add(page, image_dcm=dicom(), image_png=png())
    finding(page, "Bright").wait_for()
    open_image(page, "image.dcm")
    finding(page, "Dark").click()
    at_rest(page)
    show_map(page, "Dark")
    page.locator("input.cutoff").fill("0.5")
    page.wait_for_function("() => location.search.includes('cutoff=0.5')")
    view = query(page)
    assert set(view) == {"model", "film", "label", "method", "cutoff"}, "no name of a file"
    [cookie] = [one for one in page.context.cookies() if one["name"].startswith("meddx")]
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["expires"]) == (True, "Lax", -1)

    page.get_by_text("Export", exact=True).click()
    [report] = PdfReader(BytesIO(downloaded(page, "Report (PDF)"))).pages
    assert "Grad-CAM for Dark" in " ".join(report.extract_text().split())
    assert "image.dcm" not in report.extract_text()
    assert PIL.Image.open(BytesIO(downloaded(page, "Picture (PNG)"))).width == 240
    expect(page.locator(".worklist .progress")).to_be_empty()
    assert downloaded(page, "Worklist (CSV)").decode().count("answered") == 2

    page.emulate_media(media="print")
    expect(page.locator("[data-testid=stSidebar]")).to_be_hidden()
    expect(page.get_by_role("button", name="Check this heat map")).to_be_hidden()
    sheet = np.asarray(PIL.Image.open(BytesIO(page.screenshot())).convert("RGB"))
    assert (sheet < 128).all(axis=2).mean() < 0.3, "the film, its map and the text"
    assert (sheet == 255).all(axis=2).mean() > 0.4
    film = read_until(page, lambda: shown_image(page), lambda film: film.size)
    assert abs(film.shape[0] / film.shape[1] - 4 / 3) < 0.02
    page.emulate_media(media="screen")

    page.reload()
    expect(page.locator(".worklist .count")).to_have_text("2 images")
    expect(page.locator(".worklist li.current")).to_contain_text("image.dcm")
    expect(finding(page, "Dark")).to_have_attribute("aria-checked", "true")
    expect(page.locator("input.cutoff")).to_have_value("0.5")
    assert query(page) == view

    page.get_by_role("link", name="Models", exact=True).click()
    expect(page.get_by_role("link", name="Models", exact=True)).to_have_attribute("aria-current", "page")
    page.get_by_role("link", name="Diagnose", exact=True).click()
    expect(page.locator(".worklist .count")).to_have_text("2 images")
    link = f"{server.url}/?" + "&".join(f"{name}={value}" for name, value in view.items())
    for context in (page.context, patient(chromium.new_context())):  # another tab beside this one, and another browser
        other = context.new_page()
        other.goto(link)
        expect(other.get_by_text("This link shows a film that is not here")).to_be_visible()
        expect(other.get_by_text(f"begins with {view['film'][:4]} {view['film'][4:8]}")).to_be_visible()
        add(other, copy_dcm=png())
        finding(other, "Bright").wait_for()
        other.close()
    other = context.new_page()
    other.goto(link)
    expect(other.locator(".worklist")).to_contain_text("copy.dcm")
    context.close()
