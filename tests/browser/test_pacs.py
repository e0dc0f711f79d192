"""The whole way with a PACS: search, open, read, send, and everything in Orthanc afterwards."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.reading import all_drawn, at_rest, dicom
from tests.browser.server import serving
from tests.network.orthanc import PASSWORD, orthanc, pacs_toml
from tests.network.peers import errors_of

pytestmark = pytest.mark.browser

STUDY = {
    "StudyInstanceUID": "1.2.40", "StudyDate": "20261102", "StudyDescription": "Chest PA", "PatientName": "Quartz^Zoe",
    "PatientID": "Q-7", "PatientBirthDate": "19700203", "AccessionNumber": "A77", "SeriesNumber": "1",
    "PatientOrientation": ["L", "F"], "PixelSpacing": [0.2, 0.2],
}  # fmt: skip


@pytest.fixture(scope="module")
def peer(tmp_path_factory):
    with orthanc(tmp_path_factory.mktemp("orthanc")) as peer:
        peer.add(dicom(**STUDY, SeriesInstanceUID="1.2.40.1"))
        peer.add(dicom(**STUDY, SeriesInstanceUID="1.2.40.1"))
        other = STUDY | {"StudyInstanceUID": "1.2.41", "PatientID": "Q-8", "PatientName": "Quartz^Abel"}
        peer.add(dicom(**other, SeriesInstanceUID="1.2.41.1"))
        yield peer


@pytest.fixture(scope="module")
def pacs_server(peer, models, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pacs")
    path = folder / "pacs.toml"
    path.write_text(pacs_toml(peer))
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("MEDDX_PACS", str(path))
        monkeypatch.setenv("MEDDX_AUDIT", str(folder / "audit.jsonl"))
        monkeypatch.setenv("ORTHANC_PASSWORD", PASSWORD)
        with serving(models) as server:
            yield server, folder / "audit.jsonl"


def test_a_study_is_found_opened_read_and_its_results_are_sent(tab, pacs_server, peer, tmp_path):
    server, audit = pacs_server
    tab.goto(server.url)
    tab.get_by_text("Open from PACS").click()
    at_rest(tab)
    tab.get_by_label("Patient name").fill("quartz^")
    tab.get_by_label("Patient name").press("Tab")
    at_rest(tab)
    tab.get_by_role("button", name="Search").click()
    studies = tab.locator(".pacs-study")
    expect(studies).to_have_count(2)
    zoe = tab.locator(".pacs-study", has_text="Quartz Zoe · ID Q-7 · born 1970-02-03")
    expect(zoe).to_contain_text("2026-11-02 · DX · Chest PA · 2 images")
    at_rest(tab)
    shown = studies.evaluate_all("all => all.findIndex((one) => one.innerText.includes('Zoe'))")
    tab.locator("[class*=st-key-open-study] button").nth(shown).click()
    expect(tab.locator(".worklist .open")).to_have_count(2)
    expect(tab.locator(".worklist .patient").first).to_contain_text("Quartz Zoe · ID Q-7")
    all_drawn(tab)
    assert "Quartz" not in tab.url
    assert "Q-7" not in tab.url

    before = set(peer.instances())
    tab.get_by_text("Export", exact=True).click()
    tab.get_by_text("With file name and patient details").click()
    send = tab.get_by_role("button", name="Send results to PACS")
    expect(send).to_be_visible()
    assert set(peer.instances()) == before, "nothing is sent unasked"
    send.click()
    expect(tab.locator(".sent")).to_have_text(re.compile(r"^\d objects are stored in archive\.$"))
    at_rest(tab)
    results = set(peer.instances()) - before
    assert len(results) == int(tab.locator(".sent").inner_text().split()[0])
    for result in results:
        path = tmp_path / f"{result}.dcm"
        path.write_bytes(peer.file(result))
        assert errors_of(path) == []
    lines = Path(audit).read_text()
    for event in ("pacs-search", "pacs-open", "pacs-send"):
        assert f'"{event}"' in lines
    assert "uartz" not in lines
    assert "Q-7" not in lines
