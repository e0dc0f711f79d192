"""The worklist by mouse and by keyboard: thumbnails, order, filter, opening, removing, the reader's opinion."""

import csv
from io import StringIO

import pytest
from playwright.sync_api import expect

from tests.browser.reading import (
    add,
    all_drawn,
    at_rest,
    dicom,
    download_of,
    drawn,
    finding,
    open_image,
    png,
    thumbnails,
)

pytestmark = pytest.mark.browser


def listed(page):
    return page.locator(".worklist .name").all_inner_texts()


def test_a_batch_is_read_sorted_filtered_and_walked_through_by_keys(page):
    add(page, b_dcm=dicom(), c_txt=b"a letter", a_dcm=dicom(MagnificationType="NONE"), d_dcm=dicom(Modality="CT"))
    rows = page.locator(".worklist li")
    expect(rows).to_have_count(4)
    expect(page.locator(".worklist .progress")).to_be_empty()
    expect(page.locator(".worklist img.thumbnail")).to_have_count(3)  # a letter gives none
    for picture in page.locator(".worklist img.thumbnail").all():
        picture.evaluate("image => image.decode()")
        assert picture.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [72, 96]
    expect(rows.last).to_contain_text("Refused")  # images of one study stand together, above what is no image
    expect(page.locator(".viewer .stage")).to_be_focused()  # keys work at once after an upload

    page.keyboard.press("n")
    expect(page.locator(".worklist li.current .name")).to_have_text("a.dcm")
    at_rest(page)
    page.locator(".worklist li.current .open").focus()
    page.keyboard.press("n")
    expect(page.locator(".worklist li.current .name")).to_have_text("d.dcm")
    at_rest(page)
    expect(page.locator(".worklist li.current .open")).to_be_focused()
    page.keyboard.press("p")
    expect(page.locator(".worklist li.current .name")).to_have_text("a.dcm")
    at_rest(page)

    page.get_by_label("Order of the list").select_option("By name")
    expect(rows.first).to_contain_text("a.dcm")
    assert [name for name in listed(page) if name != "c.txt"] == ["a.dcm", "b.dcm", "d.dcm"]
    page.get_by_label("Order of the list").select_option("Most urgent first")
    expect(rows.first).to_contain_text("b.dcm")
    assert set(listed(page)[2:]) == {"c.txt", "d.dcm"}, "the refused come last"
    page.get_by_label("Images in the list").select_option("Refused or failed (2)")
    expect(rows).to_have_count(2)
    expect(page.locator(".worklist .count")).to_have_text("4 images")

    expect(page.locator(".worklist li button[tabindex='0']")).to_have_count(1)
    rows.first.locator(".open").focus()
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1).locator(".open")).to_be_focused()
    page.keyboard.press("Delete")
    expect(page.locator(".worklist .count")).to_have_text("3 images")
    page.get_by_label("Images in the list").select_option("All images (3)")
    expect(rows).to_have_count(3)


def test_the_exports_stay_open_while_the_reader_goes_from_image_to_image(page):
    add(page, image_dcm=dicom(), other_png=png())
    finding(page, "Bright").wait_for()
    thumbnails(page, 2)
    expect(page.locator(".worklist .progress")).to_be_empty()
    all_drawn(page)
    page.get_by_text("Export", exact=True).click()
    for name, kind in (("other.png", "png"), ("image.dcm", "dcm")):
        open_image(page, name)
        drawn(page, kind)
        all_drawn(page)
        expect(page.get_by_role("button", name="Report (PDF)")).to_be_visible()
    page.get_by_text("Export", exact=True).click()
    expect(page.get_by_role("button", name="Report (PDF)")).to_be_hidden()


def test_an_opinion_is_kept_with_the_image_and_leaves_in_the_worklist(page):
    add(page, image_dcm=dicom(), other_png=png())
    finding(page, "Bright").wait_for()
    title = page.locator(".findings .row[aria-checked=true] .title").inner_text()
    page.get_by_role("radio", name="Disagree").or_(page.get_by_role("button", name="Disagree")).click()
    expect(page.locator(".findings .row[aria-checked=true] .opinion")).to_have_text("You disagree")
    page.get_by_label(f"Note on {title}").fill("an artefact")
    page.get_by_label(f"Note on {title}").press("Enter")
    at_rest(page)
    page.locator(".worklist .open", has_text="other.png").click()
    page.locator(".worklist li.current", has_text="other.png").wait_for()
    finding(page, "Bright").wait_for()
    expect(page.locator(".findings .opinion")).to_have_count(0)
    at_rest(page)
    page.get_by_text("Export", exact=True).click()
    table = download_of(page, "Worklist (CSV)").path().read_text(encoding="utf-8-sig")
    first, second = csv.DictReader(StringIO(table))
    assert (first[f"opinion {title.upper()}"], first[f"opinion note {title.upper()}"]) == ("disagree", "an artefact")
    assert second[f"opinion {title.upper()}"] == ""
