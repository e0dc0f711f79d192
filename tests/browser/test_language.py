"""The pages in Chinese: for a browser that asks for it, and by the switch, which the browser remembers."""

import re
from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.reading import add, at_rest, choose, dicom, download_of, finding, next_frame, read_until
from tests.patience import SECONDS

pytestmark = pytest.mark.browser


@pytest.fixture
def page(chromium):
    """A page of a browser whose language is Chinese."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(SECONDS * 1000)
    yield page
    context.close()


def test_the_switch_changes_the_language_at_once_and_a_reload_and_another_page_keep_it(page, server):
    page.goto(server.url)
    expect(page.get_by_role("link", name="诊断")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")

    page.get_by_label("语言").select_option("English")
    expect(page.get_by_role("link", name="Diagnose")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.reload()
    expect(page.get_by_role("link", name="Diagnose")).to_be_visible()
    page.goto(f"{server.url}/models")
    expect(page.get_by_label("Language")).to_have_value("en")

    page.get_by_label("Language").select_option("中文")
    expect(page.get_by_role("link", name="模型", exact=True)).to_be_visible()
    expect(page.get_by_text("仅供研究使用，非医疗器械。")).to_be_visible()


def test_a_film_is_read_explained_and_exported_in_chinese_and_a_reload_keeps_it(page, server):
    page.goto(server.url)
    page.locator(".welcome h1").wait_for()
    add(page, image_dcm=dicom())
    finding(page, "Bright").wait_for()
    expect(page.get_by_text("已校准").or_(page.get_by_text("未校准")).first).to_be_visible()
    finding(page, "Dark").click()
    at_rest(page)
    expect(page.locator(".legend .subject")).to_have_text("Dark")
    expect(page.locator(".legend .checked")).to_have_text(re.compile("检验"))

    page.get_by_text("导出", exact=True).click()
    expect(page.get_by_text("仅供研究使用，非医疗器械。").first).to_be_visible()
    [sheet] = PdfReader(BytesIO(download_of(page, "PDF").path().read_bytes())).pages
    assert "病例报告" in sheet.extract_text()

    page.get_by_label("语言").select_option("English")
    expect(page.locator(".legend .checked")).to_have_text(re.compile("heck"))
    page.get_by_label("Language").select_option("中文")
    expect(page.locator(".legend .checked")).to_have_text(re.compile("检验"))
    page.reload()
    expect(finding(page, "Dark")).to_have_attribute("aria-checked", "true")
    expect(page.locator(".legend .checked")).to_have_text(re.compile("检验"))
    expect(page.get_by_label("语言")).to_have_value("zh_CN")


def test_film_findings_and_list_follow_the_switch_and_the_window_stays(page, server):
    page.goto(server.url)
    add(page, image_dcm=dicom())
    expect(page.locator(".viewer:not([data-image=''])")).to_be_visible()
    expect(page.get_by_role("button", name="复位")).to_be_visible()
    expect(page.locator(".findings .row").first).to_contain_text("判定界值")
    first = _window(page)
    page.locator(".preset").select_option("肺野")
    window = read_until(page, lambda: _window(page), lambda now: now != first)
    preset = page.locator(".preset").input_value()

    page.get_by_label("语言").select_option("English")
    expect(page.get_by_role("button", name="Reset", exact=True)).to_be_visible()
    expect(page.locator(".preset")).to_have_value(preset)
    expect(page.locator(".findings .row").first).to_contain_text("cut-off")
    expect(page.locator(".worklist .count")).to_have_text("1 image")
    assert _window(page) == window


def test_the_chosen_method_is_named_in_the_language_of_the_page(page, server):
    page.goto(server.url)
    add(page, image_dcm=dicom())
    expect(page.locator(".legend .checked")).to_have_text(re.compile("检验"))
    choose(page, "热力图方法", "遮挡法")
    method = page.get_by_role("combobox", name="热力图方法", exact=True)
    expect(method).to_have_value(re.compile("遮挡法.*较慢"))

    page.get_by_label("语言").select_option("English")
    method = page.get_by_role("combobox", name="Heat map method", exact=True)
    expect(method).to_have_value(re.compile("^Occlusion.*slow"))
    page.get_by_label("Language").select_option("中文")
    expect(page.get_by_role("combobox", name="热力图方法", exact=True)).to_have_value(re.compile("遮挡法"))


def test_what_is_chosen_by_its_title_stays_chosen_through_the_switch_and_what_follows(page, server):
    page.goto(f"{server.url}/compare")
    page.locator("label", has_text="单幅图像").click()
    expect(page.get_by_role("radio", name="单幅图像")).to_be_checked()
    at_rest(page)

    page.get_by_label("语言").select_option("English")
    expect(page.get_by_role("radio", name="One image")).to_be_checked()
    expect(page.get_by_role("heading", name="One image, several models")).to_be_visible()
    at_rest(page)
    page.get_by_role("button", name="Glossary").click()
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    expect(page.get_by_role("radio", name="One image")).to_be_checked()
    expect(page.get_by_role("heading", name="One image, several models")).to_be_visible()


def test_an_opinion_follows_the_switch_and_stays(page, server):
    page.goto(server.url)
    add(page, image_dcm=dicom())
    finding(page, "Bright").wait_for()
    at_rest(page)
    page.get_by_role("radio", name="不同意").click()
    choose(page, "代替“Bright”的正确标签", "Dark")
    at_rest(page)
    page.get_by_label("语言").select_option("English")
    opinion = page.get_by_role("radio", name="Disagree", exact=True)
    expect(opinion).to_be_checked()
    at_rest(page)
    page.get_by_role("button", name="Glossary").click()
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    expect(opinion).to_be_checked()
    expect(page.get_by_role("combobox", name="Right instead of Bright")).to_have_value("Dark")


def _window(page):
    """Width and centre; after them stands the zoom, which follows the room that the tools leave."""
    next_frame(page)
    return re.findall(r"[\d.]+", page.locator(".shown").inner_text())[:2]
