"""With records on, in Chromium: a film full of markers is read, recorded, found again and erased."""

import pytest
from playwright.sync_api import expect

from meddx.records.access import records
from meddx.records.encryption import new_key
from tests.browser.reading import add, at_rest, dicom, finding
from tests.browser.server import serving

pytestmark = pytest.mark.browser

MARKER = "ZEBEDEEQUARTZ"


def test_an_opinion_is_recorded_found_again_and_erased_and_no_marker_is_left(tab, models, tmp_path, monkeypatch, capfd):
    for name, value in {
        "ACCOUNTS": str(tmp_path / "accounts.sqlite"), "AUDIT": str(tmp_path / "audit.jsonl"),
        "RECORDS": str(tmp_path / "records.sqlite"), "RECORDS_KEY": new_key(), "RECORDS_IMAGES": "on",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"MEDDX_{name}", value)
    records().initialise()
    film = dicom(PatientID=f"{MARKER}1", PatientName=MARKER, StudyDescription=MARKER)
    with serving(models) as server:
        tab.goto(server.url)
        tab.get_by_text("Drop an image in").wait_for()
        expect(tab.locator(".keeping")).to_contain_text("are saved on this server, with their images")
        add(tab, **{f"{MARKER}_dcm": film})
        finding(tab, "Bright").click()
        at_rest(tab)
        tab.get_by_role("radio", name="Disagree").click()
        expect(tab.locator(".recorded")).to_contain_text("Recorded ")
        tab.get_by_label("Note on Bright").fill(MARKER)
        tab.get_by_label("Note on Bright").press("Enter")
        at_rest(tab)
        tab.get_by_text("Export", exact=True).click()
        expect(tab.get_by_test_id("stCode")).to_contain_text(MARKER)  # the note has been taken
        at_rest(tab)
        expect(tab.locator(".recorded")).to_be_visible()  # and is in the records, which their page reads once
        tab.get_by_role("link", name="Records").click()
        expect(tab.get_by_text(f"{MARKER}.dcm")).to_be_visible()
        expect(tab.get_by_text("disagree on BRIGHT, with a note")).to_be_visible()
        tab.get_by_role("button", name="Open in Diagnose").click()
        finding(tab, "Bright").wait_for()
        expect(tab.locator(".worklist li")).to_have_count(1)
        tab.close()
    said = capfd.readouterr()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert b"BRIGHT" in kept
    assert MARKER.encode() not in kept + said.out.encode() + said.err.encode()
    assert records().erase_patient(f"{MARKER}1", lambda _: None) >= 5
