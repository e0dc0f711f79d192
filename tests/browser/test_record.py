"""A film with a record and a note beside it: prefilled, changed, pasted, left out, and shared out."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.reading import add, at_rest, dicom, next_frame, open_image
from tests.browser.server import serving
from tests.fused import write_fused

pytestmark = pytest.mark.browser

TABLE = b"file,age,sex,smoker,note\nlisted.dcm,44,M,yes,Fever and cough\n"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    models = tmp_path_factory.mktemp("fused-models")
    write_fused(models)
    with serving(models) as server:
        yield server.url


@pytest.fixture
def film(tab, address):
    """Diagnose with a film whose header states age and sex, read with them."""
    tab.goto(address)
    tab.get_by_text("Drop an image in").wait_for()
    add(tab, film_dcm=dicom(PatientAge="061Y", PatientSex="F"))
    tab.locator(".findings .row").first.wait_for()
    return tab


def probability(page):
    """The first label's probability as the page writes it."""
    return page.locator(".findings .row").first.get_attribute("data-probability")


def answered(page, *, unlike="", like=""):
    """Wait for an answer whose first probability is another than `unlike`, or is `like`; return it."""
    first = expect(page.locator(".findings .row").first)
    if unlike:
        first.not_to_have_attribute("data-probability", unlike)
    if like:
        first.to_have_attribute("data-probability", like)
    return probability(page)


def shares(page, kind):
    """The shares of a kind of row, as they are drawn, in logit units."""
    return page.locator(f".shares tr.{kind}").evaluate_all("rows => rows.map((row) => +row.dataset.share)")


def add_up(page):
    """Whether the shown shares add up to the shown logit, the fields to the record, the words to the note."""
    at_rest(page)
    [base], parts, [logit] = (shares(page, kind) for kind in ("base", "part", "sum"))
    words = page.locator(".shares .words span").evaluate_all("words => words.map((word) => +word.dataset.share)")
    assert base + sum(parts) == pytest.approx(logit, abs=1e-4)
    assert sum(shares(page, "field")) == pytest.approx(parts[1], abs=1e-4)
    assert sum(words) == pytest.approx(parts[2], abs=2e-3)
    return parts, words


def without(page, words):
    """Wait until the answer says that it goes without these."""
    expect(page.locator(".findings .notes")).to_contain_text(words)


def number(page, title, value):
    """Enter a number and leave the field, which takes it: a key that follows the value at once may come before it."""
    at_rest(page)
    field = page.get_by_role("textbox", name=re.compile(title))
    field.fill(value)
    next_frame(page)
    field.blur()


def option(page, title, value):
    """Choose a value of a field."""
    at_rest(page)
    page.get_by_role("combobox", name=re.compile(f"{title}$")).click()
    page.get_by_role("option", name=value, exact=True).click()


def test_what_the_header_says_is_filled_in_and_a_change_is_answered(film):
    expect(film.get_by_role("textbox", name="Age, 0 to 120 years")).to_have_value("61")
    expect(film.locator(".field-state")).to_have_text(
        ["From the image's header.", "From the image's header.", "Not given.", re.compile("^Not given. The first 12")]
    )
    without(film, "Answered without smoker and a note.")
    before = probability(film)
    [_, record, note], _ = add_up(film)
    assert record != 0
    assert note == 0

    number(film, "Age", "20")
    answered(film, unlike=before)
    expect(film.locator(".field-state").first).to_have_text("Entered here.")
    assert add_up(film)[0][1] != pytest.approx(record, abs=1e-4)
    number(film, "Age", "61")
    answered(film, like=before)
    assert add_up(film)[0][1] == pytest.approx(record, abs=1e-4)
    assert not {"age", "sex", "note", "61", "F"} & set(re.split(r"[?&=]", film.url))


def test_a_value_chosen_by_its_title_stays_entered_through_a_change_of_language_and_what_follows(film):
    film.get_by_label("Language").select_option("中文")
    expect(film.get_by_label("语言")).to_be_visible()
    option(film, "吸烟者", "是")
    expect(film.locator(".field-state").nth(2)).to_have_text("在此输入。")
    at_rest(film)
    film.get_by_label("语言").select_option("English")
    smoker = film.get_by_role("combobox", name="Smoker")
    expect(smoker).to_have_value("Yes")
    before = probability(film)
    number(film, "Age", "20")
    answered(film, unlike=before)
    at_rest(film)
    expect(smoker).to_have_value("Yes")
    expect(film.locator(".field-state").nth(2)).to_have_text("Entered here.")
    without(film, "Answered without a note.")


def test_each_part_may_be_missing_and_what_is_refused_says_why(film):
    number(film, "Age", "")
    without(film, "Answered without age, smoker and a note.")
    number(film, "Age", "130")
    without(film, "Answered without age: what was given is out of range (0 to 120 years).")
    expect(film.locator(".field-state.refused")).to_have_text("Out of range (0 to 120 years): left out. Entered here.")
    option(film, "Sex", "Not given")
    without(film, "Answered without sex, smoker and a note.")
    option(film, "Smoker", "Yes")
    without(film, "Answered without sex and a note.")
    at_rest(film)
    note = film.get_by_role("textbox", name="Note")
    note.fill("Cough and haemoptysis since Monday")
    next_frame(film)
    note.press("Control+Enter")
    without(film, "Answered without sex.")
    parts, words = add_up(film)
    assert parts[2] != 0
    assert len(words) == 5
    assert [row for row in shares(film, "field") if row] == shares(film, "field")[2:], "only what was given has a share"
    at_rest(film)
    film.get_by_role("button", name="Take back what was entered").click()
    without(film, "Answered without smoker and a note.")
    expect(film.get_by_role("textbox", name="Age, 0 to 120 years")).to_have_value("61")


def test_what_was_entered_stays_with_its_image_and_a_table_fills_in_another(film):
    before = probability(film)
    number(film, "Age", "20")
    first = answered(film, unlike=before)
    add(film, listed_dcm=dicom(PatientAge="061Y", PatientSex="F"))
    open_image(film, "listed.dcm")
    expect(film.locator(".field-state").first).to_have_text("From the image's header.")
    at_rest(film)
    film.get_by_role("button", name="Table of cases").click()
    film.get_by_test_id("stPopoverBody").locator("input[type=file]").set_input_files(
        [{"name": "cases.csv", "mimeType": "text/csv", "buffer": TABLE}]
    )
    expect(film.locator(".field-state")).to_have_text(["From the table."] * 4)
    expect(film.get_by_role("textbox", name="Note")).to_have_value("Fever and cough")
    expect(film.locator(".shares .words")).to_contain_text("Fever")
    film.keyboard.press("Escape")
    open_image(film, "film.dcm")
    expect(film.get_by_role("textbox", name="Age, 0 to 120 years")).to_have_value("20")
    expect(film.get_by_text("The table has no row for this image")).to_be_visible()
    answered(film, like=first)
