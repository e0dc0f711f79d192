"""Clicks while the page is drawn anew: none is lost, whichever comes first."""

import pytest
from playwright.sync_api import expect

from tests.browser.reading import add, all_drawn, at_rest, dicom, next_frame, open_image, png, thumbnails
from tests.browser.server import halted

pytestmark = pytest.mark.browser


@pytest.fixture
def listed(page):
    """The Diagnose page with three images by name, the first one open."""
    add(page, a_dcm=dicom(), b_png=png(), c_png=png())
    expect(page.locator(".worklist li")).to_have_count(3)
    expect(page.locator(".worklist .progress")).to_be_empty()
    thumbnails(page, 3)
    at_rest(page)
    page.get_by_label("Order of the list").select_option("By name")
    for name in ("c.png", "a.dcm"):  # followed in the order in which it was asked for, after the order of the list
        open_image(page, name)
        all_drawn(page)  # what comes later moves what is below it
    return page


def test_a_press_on_a_row_opens_it_although_the_list_is_drawn_anew_before_it_is_let_go(listed):
    row = listed.locator(".worklist .open", has_text="b.png")
    row.hover()
    listed.mouse.down()
    page = listed
    add(page, d_png=png())
    expect(page.locator(".worklist li")).to_have_count(4)
    expect(page.locator(".worklist .progress")).to_be_empty()
    at_rest(page)
    assert page.locator(".worklist li.current .name").inner_text() != "b.png"
    page.mouse.up()
    expect(page.locator(".worklist li.current .name")).to_have_text("b.png")


def test_what_is_asked_for_while_the_server_is_busy_is_all_done(listed, server):
    with halted(server):
        for name in ("b.png", "c.png"):
            listed.get_by_role("button", name=f"Remove {name}").click()
    expect(listed.locator(".worklist li")).to_have_count(1)
    expect(listed.locator(".worklist li.current .name")).to_have_text("a.dcm")


def _move_down(page, above):
    """Draw something above an element: what is below moves by 200 pixels, as where an answer comes."""
    above.evaluate("element => element.before(Object.assign(document.createElement('div'), {style: 'height: 200px'}))")
    next_frame(page)


def test_a_press_counts_although_the_button_moves_away_under_it(listed):
    export = listed.locator("[class*=st-key-case-exports]")
    listed.get_by_text("Export", exact=True).hover()
    listed.mouse.down()
    _move_down(listed, export)
    listed.mouse.up()
    expect(export.get_by_role("button", name="Worklist (CSV)")).to_be_visible()


def test_a_pointer_that_leaves_the_button_takes_the_press_back(listed):
    listed.get_by_text("Export", exact=True).hover()
    listed.mouse.down()
    listed.mouse.move(700, 300, steps=5)
    listed.mouse.up()
    expect(listed.get_by_role("button", name="Worklist (CSV)")).to_be_hidden()
    listed.get_by_text("Export", exact=True).click()
    expect(listed.get_by_role("button", name="Worklist (CSV)")).to_be_visible()
