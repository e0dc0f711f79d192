"""What a reader measures in the viewer stays with the film for the session, and goes along."""

import csv
import re
import time
from io import BytesIO, StringIO

import numpy as np
import PIL.Image
import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.reading import (
    add,
    all_drawn,
    at_rest,
    choose,
    dicom,
    download_of,
    finding,
    gradient,
    next_frame,
    open_image,
    show_tools,
)
from tests.browser.server import halted
from tests.patience import SECONDS

pytestmark = pytest.mark.browser

LENGTH = re.compile(r"Length [\d.]+ mm at the detector")
RATIO = re.compile(r"Cardiothoracic ratio 0\.(49|50|51) \([\d.]+ / [\d.]+ mm at the detector\)")


@pytest.fixture
def film(page):
    """The Diagnose page with a chest film open, a second one beside it in the list, and the tools shown."""
    add(page, one_dcm=dicom(ImagerPixelSpacing=[0.5, 0.5]), two_dcm=dicom(PatientID="2"))
    finding(page, "Bright").wait_for()
    opened(page, "one.dcm")
    page.get_by_text("Export", exact=True).click()
    expect(text_block(page)).to_be_visible()
    show_tools(page)
    return page


def opened(page, name):
    """Open an image of the list and wait until all is drawn."""
    open_image(page, name)
    all_drawn(page)


def take(page, tool):
    """Choose a measuring tool."""
    page.get_by_role("button", name=tool, exact=True).click()


def draw(page, half, below=0):
    """Draw a line across the middle of the stage, `half` CSS pixels to each side, so many below the middle."""
    box = page.locator(".stage").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 + below
    page.mouse.move(x - half, y)
    page.mouse.down()
    page.mouse.move(x, y)
    page.mouse.move(x + half, y)
    assert page.locator(".stage").bounding_box() == box, "the image moved under the pointer"
    page.mouse.up()
    next_frame(page)  # until then the viewer says how long the line was on the way


def measure(page):
    """Draw a length and a cardiothoracic ratio; return what the viewer says of them."""
    said = []
    for tool, lines, text in (("Length", [(60, 0)], LENGTH), ("Ratio", [(50, 40), (100, 60)], RATIO)):
        take(page, tool)
        for line in lines:
            draw(page, *line)
        expect(measured(page)).to_have_text(text)
        said.append(measured(page).inner_text())
        expect(text_block(page)).to_contain_text("\n".join(said) + "\n")
    return said


def measured(page):
    """What the viewer says of the last measurement."""
    return page.locator(".measure-text")


def text_block(page):
    """The text to paste into a report; that of the film before stays a moment beside it, marked as stale."""
    return page.locator("[class*=st-key-case-exports] [data-stale=false] code")


def downloaded(page, button):
    return download_of(page, button).path().read_bytes()


def picture(page):
    return np.asarray(PIL.Image.open(BytesIO(downloaded(page, "Picture (PNG)"))).convert("RGB")).astype(int)


def test_measurements_stay_with_their_film_until_they_are_removed(film):
    length, ratio = measure(film)
    opened(film, "two.dcm")
    expect(measured(film)).to_have_text("")
    take(film, "Angle")
    draw(film, 60)
    expect(measured(film)).to_contain_text("draw the second line")
    expect(text_block(film)).not_to_contain_text("Length")
    opened(film, "one.dcm")
    expect(measured(film)).to_have_text(ratio)
    opened(film, "two.dcm")
    expect(measured(film)).to_have_text("")
    opened(film, "one.dcm")

    film.get_by_role("link", name="Models", exact=True).click()
    expect(film.get_by_role("link", name="Models", exact=True)).to_have_attribute("aria-current", "page")
    film.get_by_role("link", name="Diagnose", exact=True).click()
    expect(measured(film)).to_have_text(ratio)
    film.reload()
    expect(measured(film)).to_have_text(ratio)
    at_rest(film)
    choose(film, "Model", "Strict")
    finding(film, "Bright").wait_for()
    expect(measured(film)).to_have_text(ratio)
    at_rest(film)
    film.get_by_label("Language").select_option("zh_CN")
    expect(measured(film)).to_contain_text("心胸比 0.")
    film.get_by_label("语言").select_option("en")
    expect(measured(film)).to_have_text(ratio)
    assert "ratio" not in film.url.lower()

    all_drawn(film)
    show_tools(film)
    take(film, "Angle")
    draw(film, 60)
    film.get_by_label("Language").select_option("zh_CN")
    expect(film.get_by_label("语言")).to_be_visible()
    film.get_by_label("语言").select_option("en")
    expect(measured(film)).to_contain_text("draw the second line")
    at_rest(film)
    for left in (ratio, length, ""):
        film.get_by_role("button", name="Remove last").click()
        expect(measured(film)).to_have_text(left)
    expect(film.get_by_text("With measurements")).to_have_count(0)
    film.reload()
    finding(film, "Bright").wait_for()
    expect(film.locator(".viewer:not([data-image=''])")).to_be_visible()
    expect(measured(film)).to_have_text("")


def test_the_first_bar_of_tools_is_one_line_at_1440_pixels(film):
    buttons = film.locator(".bar").first.locator("button:visible")
    tops = buttons.evaluate_all("all => all.map((button) => button.getBoundingClientRect().y)")
    assert len(tops) == 6
    assert len(set(tops)) == 1


def test_a_chosen_measurement_is_removed_and_all_of_an_image_at_once(film):
    length, ratio = measure(film)
    take(film, "Length")
    draw(film, 30, 80)
    expect(measured(film)).to_have_text(LENGTH)
    short = measured(film).inner_text()
    assert short != length
    remove = film.get_by_role("button", name="Remove chosen")
    expect(remove).to_be_disabled()
    film.get_by_label("Measurement to remove").select_option(index=2)
    expect(measured(film)).to_have_text(ratio)
    at_rest(film)
    remove.click()
    expect(measured(film)).to_have_text(short)
    expect(remove).to_be_disabled()
    expect(text_block(film)).not_to_contain_text("ratio")
    expect(text_block(film)).to_contain_text(length)
    at_rest(film)
    film.get_by_role("button", name="Remove all").click()
    expect(measured(film)).to_have_text("")
    expect(film.get_by_role("button", name="Remove all")).to_be_disabled()
    expect(text_block(film)).not_to_contain_text("Length")
    film.reload()
    finding(film, "Bright").wait_for()
    expect(film.locator(".viewer:not([data-image=''])")).to_be_visible()
    expect(measured(film)).to_have_text("")


def test_a_measurement_is_kept_where_the_frame_is_turned_before_the_server_has_answered(film, server):
    page, sent = film, []
    add(page, many_dcm=dicom(NumberOfFrames=2, PixelData=gradient().tobytes() * 2, ImagerPixelSpacing=[0.5, 0.5]))
    opened(page, "many.dcm")
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(bytes(frame))))
    page.reload()
    opened(page, "many.dcm")
    expect(page.locator(".frame-number")).to_have_text("1 of 2")
    show_tools(page)
    take(page, "Length")
    with halted(server):
        for half in (40, 60, 80):
            draw(page, half, half)
        longest = measured(page).inner_text()
        before = len(sent)
        page.locator(".stage").press("PageDown")
        give_up = time.monotonic() + SECONDS
        while not any(b'"name":"frame"' in frame for frame in sent[before:]):
            assert time.monotonic() < give_up
            page.wait_for_timeout(50)
    expect(page.locator(".frame-number")).to_have_text("2 of 2")
    expect(page.locator(".viewer:not([data-image=''])")).to_be_visible()
    at_rest(page)
    page.reload()
    opened(page, "many.dcm")
    page.locator(".stage").press("Home")
    expect(page.locator(".frame-number")).to_have_text("1 of 2")
    expect(measured(page)).to_have_text(longest)


def test_measurements_go_along_in_report_picture_text_and_table(film):
    length, ratio = measure(film)
    [report] = PdfReader(BytesIO(downloaded(film, "Report (PDF)"))).pages
    assert f"1 {length} 2 {ratio}" in " ".join(report.extract_text().split())
    drawn = picture(film)
    [one, two] = csv.DictReader(StringIO(downloaded(film, "Worklist (CSV)").decode("utf-8-sig")))
    assert (one["measurements"], two["measurements"]) == (f"{length}; {ratio}", "")

    film.get_by_text("With measurements").click()
    expect(text_block(film)).not_to_contain_text("Length")
    at_rest(film)
    [report] = PdfReader(BytesIO(downloaded(film, "Report (PDF)"))).pages
    assert "Length" not in report.extract_text()
    assert (np.abs(drawn - picture(film)) > 60).any(axis=2).sum() > 100, "lines and numbers"
