"""By keyboard alone: images added, opened, a label chosen, the case exported."""

from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.reading import at_rest, dicom, finding, png, show_map

pytestmark = pytest.mark.browser

MOST_TABS = 120


def tab_to(page, target, key="Tab"):
    """Press Tab until the target has the focus."""
    for _ in range(MOST_TABS):
        if target.first.evaluate("one => one.getRootNode().activeElement === one"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{target} cannot be reached by {key}")


def test_from_upload_to_export_without_a_mouse(page):
    # Chromium hands its file dialogs to the test only while somebody listens, and takes its time to begin: a key
    # pressed now would open a dialog that nobody sees.
    page.on("filechooser", lambda _: None)
    upload = page.locator("[data-testid=stFileUploaderDropzone] button")
    upload.wait_for()
    at_rest(page)
    tab_to(page, upload)
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(
        [
            {"name": name, "mimeType": "application/octet-stream", "buffer": data}
            for name, data in (("a.dcm", dicom()), ("b.png", png()))
        ]
    )
    finding(page, "Bright").wait_for()
    expect(page.locator(".viewer .stage")).to_be_focused()
    page.keyboard.press("n")
    expect(page.locator(".worklist li.current .name")).to_have_text("b.png")
    at_rest(page)

    tab_to(page, page.locator(".findings [role=radio][tabindex='0']"))
    chosen = page.locator(".findings [role=radio][aria-checked=true] .title")
    before = chosen.inner_text()
    page.keyboard.press("ArrowDown")
    expect(chosen).not_to_have_text(before)
    other = chosen.inner_text()
    at_rest(page)
    show_map(page, other)
    tab_to(page, page.locator("summary", has_text="Export"))
    page.keyboard.press("Enter")
    report = page.get_by_role("button", name="Report (PDF)")
    report.wait_for()
    at_rest(page)
    tab_to(page, report)
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    text = "".join(one.extract_text() for one in PdfReader(BytesIO(download.value.path().read_bytes())).pages)
    assert f"for {other}" in " ".join(text.split())
