"""The whole way with a node, in Chromium: films come in, the urgent study is opened, a second reader sees by whom."""

import os
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from meddx.accounts.accounts import Accounts
from meddx.audit.log import AuditLog
from meddx.config import ROOT
from tests.browser.reading import at_rest, dicom, finding
from tests.browser.server import serving
from tests.browser.test_sign_in import PASSWORD, sign_in
from tests.engine.test_job_runner import until
from tests.network.peers import free_port, storage, store
from tests.network.programmed_engine import configuration
from tests.patience import SECONDS

pytestmark = pytest.mark.browser
ZOE = {"StudyInstanceUID": "1.2.50", "SeriesInstanceUID": "1.2.50.1", "PatientName": "Quartz^Zoe", "PatientID": "Q-7",
       "StudyDate": "20261102", "PatientOrientation": ["L", "F"], "PixelSpacing": [0.2, 0.2]}  # fmt: skip
ABE = ZOE | {"StudyInstanceUID": "1.2.51", "SeriesInstanceUID": "1.2.51.1", "PatientName": "Quartz^Abe",
             "PatientID": "Q-8", "Modality": "CT"}  # fmt: skip


@pytest.fixture
def node(models, tmp_path, monkeypatch):
    """A node that has answered a film and could not send it; yields the port of its peer, and how to send it films."""
    port, peer = free_port(), free_port()
    path = configuration(tmp_path, port, peer)
    text = path.read_text().replace('"untrained"', '"bright-and-dark"')
    path.write_text(text + 'critical = ["BRIGHT"]\n')
    for name, value in {"NODE": path, "MODELS": models, "ACCOUNTS": tmp_path / "accounts.sqlite"}.items():
        monkeypatch.setenv(f"MEDDX_{name}", str(value))
    for name in ("ana", "ben"):
        Accounts().add(name, "reader", PASSWORD)
    command = [sys.executable, "-m", "meddx", "node", "--config", str(path)]
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as it:
        try:
            echo = ["echoscu", "-aet", "MODALITY", "-aec", "MEDDX", "127.0.0.1", str(port)]
            until(lambda: subprocess.run(echo, capture_output=True, check=False).returncode == 0)
            for number, film in enumerate((dicom(**ABE), dicom(**ZOE))):
                (tmp_path / f"{number}.dcm").write_bytes(film)
                assert store(port, tmp_path / f"{number}.dcm") == 0
            yield peer
        finally:
            it.terminate()
            it.wait(SECONDS)


def worklist(chromium, url, name):
    page = chromium.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(SECONDS * 1000)
    page.goto(url)
    sign_in(page, name)
    page.get_by_role("link", name="Worklist").click()
    page.get_by_role("heading", level=1, name="Worklist").wait_for()
    return page


def test_an_urgent_study_is_found_opened_and_sent_and_the_other_reader_sees_by_whom(chromium, node, models, tmp_path):
    with serving(models) as server:
        ana = worklist(chromium, server.url, "ana")
        expect(ana.locator(".study-state.failed")).to_be_visible()
        at_rest(ana)
        patients = ana.locator(".study-patient")
        expect(patients).to_have_text(["Quartz Zoe · ID Q-7", "Quartz Abe · ID Q-8"])
        expect(ana.locator(".study-cell .critical")).to_contain_text("Bright ")
        expect(ana.get_by_text("No rule is for it (CT, CHEST).")).to_be_visible()

        with storage(tmp_path / "pacs", node):
            ana.get_by_role("button", name="Try again").click()
            expect(ana.locator(".study-state.sent")).to_be_visible()
        assert list((tmp_path / "pacs").glob("SR*"))

        ben = worklist(chromium, server.url, "ben")
        expect(ben.locator(".study-state.sent")).to_be_visible()
        expect(ben.get_by_text("Open: ana")).to_have_count(0)
        ana.locator(".st-key-open-1-2-50 button").click()
        finding(ana, "Bright").wait_for()
        expect(ana.locator(".worklist li")).to_have_count(1)
        assert not any(word in ana.url for word in ("Quartz", "Q-7", "1.2.50"))
        expect(ben.get_by_text("Open: ana")).to_be_visible()
        for page in (ana, ben):
            page.context.close()
    told = [(one.event, one.who) for one in AuditLog(tmp_path / "audit.jsonl").entries()]
    for expected in (
        ("film-received", ""), ("film-read", ""), ("film-failed", ""), ("film-sent", ""), ("worklist-read", "ben"),
        ("film-resent", "ana"), ("film-opened", "ana"), ("view", "ana"),
    ):  # fmt: skip
        assert expected in told
    assert b"Quartz" not in (tmp_path / "audit.jsonl").read_bytes()
