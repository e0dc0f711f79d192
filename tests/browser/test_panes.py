"""Four panes in Chromium: they move together, survive a reload, and open from their address; all by keyboard."""

import hashlib
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.reading import add, at_rest, choose, dicom, finding, pixels, read_until, settings, show_map
from tests.engine.archives import archive
from tests.imaging.images import image_bytes

pytestmark = pytest.mark.browser

FILMS = {"now": "20240506", "before": "20220101", "first": "20200101"}
PRIORS = ["Same patient · 2022-01-01 · DX · Chest", "Same patient · 2020-01-01 · DX · Chest"]
PLACES = 12


def films():
    """Films of one patient, by file name."""
    stated = {"PatientName": "Quartz^Zebedee", "PatientID": "Q7"}
    uids = {name: {"StudyInstanceUID": f"1.2.{at}", "SOPInstanceUID": f"1.2.{at}.1"} for at, name in enumerate(FILMS)}
    return {f"{name}_dcm": dicom(StudyDate=date, **stated, **uids[name]) for name, date in FILMS.items()}


def series(number, uid):
    """A CT series of one patient: archive members."""
    stated = {
        "Modality": "CT", "PatientID": "Q7", "StudyInstanceUID": f"1.{number}", "SeriesInstanceUID": uid,
        "StudyDate": f"202{number}0101", "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
    }  # fmt: skip
    images = (np.full((32, 32), 50 * place, np.uint16) for place in range(PLACES))
    return {
        f"{number}/{place}": image_bytes(pixels, ImagePositionPatient=[0, 0, place], **stated)
        for place, pixels in enumerate(images)
    }


def layout(page, panes):
    """Choose how many panes there are, by keyboard, and wait until each has drawn what it shows."""
    page.get_by_role("radio", name=str(panes), exact=True).press("Enter")
    expect(page.locator(".viewer")).to_have_count(panes)
    at_rest(page)


def drawn(page, panes):
    expect(page.locator(".viewer:not([data-image=''])")).to_have_count(panes)


def press(page, pane, *keys):
    page.locator(".stage").nth(pane).focus()
    for key in keys:
        page.keyboard.press(key)


def unlink(page):
    """Let each pane move alone from now on, by keyboard."""
    page.get_by_role("switch", name="Panes move together").press("Space")
    expect(page.locator(".viewer").nth(1)).not_to_have_attribute("data-group", "diagnose")
    at_rest(page)


def panes_of(page):
    """What the address says of the panes beside the first."""
    return re.findall(r"[?&]beside=([^&]*)", page.evaluate("() => location.search"))


def choices(page):
    """The lists of what each pane beside the first shows."""
    return [page.get_by_role("combobox", name=f"Pane {pane}", exact=True) for pane in (2, 3, 4)]


def show(page, *titles):
    """Wait until the panes beside the first show these."""
    for choice, title in zip(choices(page), titles, strict=False):
        expect(choice).to_have_value(title)


def add_films(page):
    """Add the films and wait until their headers are read, by which the panes are filled with priors."""
    add(page, **films())
    finding(page, "Bright").wait_for()
    expect(page.locator(".worklist .study")).to_have_text(["2024-05-06", "2022-01-01", "2020-01-01"])
    at_rest(page)


def test_four_panes_move_together_and_survive_a_reload(page):
    add(page, **films())  # whose headers may be read only after the panes are chosen
    finding(page, "Bright").wait_for()
    page.locator(".worklist .open", has_text="now.dcm").click()
    page.locator(".worklist li.current", has_text="now.dcm").wait_for()
    show_map(page, "Bright")
    layout(page, 4)
    show(page, *PRIORS)
    expect(page.locator(".viewer .message").nth(3)).to_have_text("Choose above what this pane shows.")
    choose(page, "Pane 4", "This image by Strict")
    drawn(page, 4)
    expect(page.get_by_text("Bright: ", exact=False).last).to_be_visible()
    expect(page.locator(".pane-title")).to_have_text("2024-05-06 · DX · Chest · Bright And Dark")
    expect(page.locator(".legend .subject").nth(3)).to_have_text("Bright")
    expect(page.locator(".legend .checked").nth(3)).to_have_text(re.compile("heck "))
    at_rest(page)

    before = read_until(page, lambda: settings(page), lambda panes: len(set(panes)) == 1)
    press(page, 0, "+", "ArrowRight")
    after = settings(page)
    assert len(set(after)) == 1
    assert after != before
    left = [pixels(page, "image", pane)[..., 3] for pane in range(4)]
    press(page, 3, "Shift+ArrowLeft")
    assert all((pixels(page, "image", pane)[..., 3] != left[pane]).any() for pane in range(4)), "all are moved"
    unlink(page)
    press(page, 1, "+", "+")
    alone = settings(page)
    assert [one == two for one, two in zip(alone, after, strict=True)] == [True, False, True, True]

    address = read_until(
        page,
        lambda: panes_of(page),
        lambda parts: [part.partition(".")[0] for part in parts] == ["film", "film", "model"],
    )
    assert "Q7" not in page.url
    shown = [choice.input_value() for choice in choices(page)]
    page.reload()
    drawn(page, 4)
    show(page, *shown)
    expect(page.get_by_role("switch", name="Panes move together")).not_to_be_checked()
    page.wait_for_function("() => location.search.includes('label=')")
    assert panes_of(page) == address


def test_each_legend_names_the_method_of_its_map(page):
    add_films(page)
    layout(page, 4)
    choose(page, "Pane 4", "This image by Strict")
    drawn(page, 4)
    choose(page, "Heat map method", "LayerCAM")
    for pane, method in ((0, "LayerCAM"), (3, "Grad-CAM")):
        expect(page.locator(".legend").nth(pane).get_by_text(method, exact=True)).to_be_visible()


def test_a_link_opens_its_panes_and_says_which_films_are_not_here(page, server):
    files = films()
    now, before, first = (hashlib.sha256(file).hexdigest()[:16] for file in files.values())
    beside = (f"film.{before}", f"film.{first}", "model.strict")
    page.goto(f"{server.url}/?model=bright-and-dark&film={now}" + "".join(f"&beside={part}" for part in beside))
    expect(page.get_by_text("This link shows a film that is not here")).to_be_visible()
    add(page, now_dcm=files["now_dcm"])
    finding(page, "Bright").wait_for()
    wanted = f"Add the film whose SHA-256 begins with {before[:4]} {before[4:8]}"
    expect(page.locator(".viewer .message").nth(1)).to_contain_text(wanted)
    add(page, before_dcm=files["before_dcm"], first_dcm=files["first_dcm"])
    expect(page.locator(".worklist li")).to_have_count(3)
    page.locator(".worklist .open", has_text="now.dcm").click()
    page.locator(".worklist li.current", has_text="now.dcm").wait_for()
    drawn(page, 4)
    at_rest(page)
    show(page, *PRIORS, "This image by Strict")
    page.wait_for_function("() => location.search.includes('label=')")
    assert panes_of(page) == list(beside)


def test_series_scroll_together_and_a_pane_keeps_its_place(page):
    members = series(3, "1.3.1") | series(2, "1.2.1")
    page.locator("input[type=file]").set_input_files(
        [{"name": "studies.zip", "mimeType": "application/zip", "buffer": archive(members)}]
    )
    rows = page.locator(".worklist li")
    expect(rows).to_contain_text([f"{PLACES} images"] * 2)  # all have arrived
    rows.first.locator(".open").click()
    at_rest(page)
    layout(page, 2)
    drawn(page, 2)
    numbers = page.locator(".frame-number")
    expect(numbers).to_have_text([re.compile(f" of {PLACES}$")] * 2)
    begin = [int(text.split()[0]) for text in numbers.all_inner_texts()]
    press(page, 0, "PageDown", "PageDown")
    for pane, first in enumerate(begin):
        expect(numbers.nth(pane)).to_have_text(f"{first + 2} of {PLACES}")
    unlink(page)
    press(page, 1, "End")
    expect(numbers.nth(1)).to_have_text(f"{PLACES} of {PLACES}")
    expect(numbers.nth(0)).to_have_text(f"{begin[0] + 2} of {PLACES}")
    last = hashlib.sha256(members[f"2/{PLACES - 1}"]).hexdigest()[:16]
    page.wait_for_function("(last) => location.search.includes(`beside=film.${last}`)", arg=last)
    page.reload()
    expect(numbers.nth(1)).to_have_text(f"{PLACES} of {PLACES}")
    expect(numbers.nth(0)).to_have_text(f"{begin[0] + 2} of {PLACES}")
    choose(page, "Pane 2", "Another image of this series")
    expect(numbers.nth(1)).to_have_text(f"{begin[0] + 2} of {PLACES}")
    drawn(page, 2)
