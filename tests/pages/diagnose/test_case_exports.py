"""The section "Export" of the Diagnose page."""

import csv
from io import BytesIO, StringIO
from types import SimpleNamespace
from zipfile import ZipFile

import numpy as np
import pytest
from pydicom import dcmread
from streamlit.testing.v1 import AppTest

from meddx.imaging.source_header import source_header
from meddx.types import JobStatus, Refusal
from pages.ui.common.given import NOTHING
from pages.ui.common.session import Session, SessionCase
from pages.ui.diagnose import case_exports
from tests.export.cases import case as exported_case
from tests.imaging.images import image_bytes
from tests.pages.downloads import offered_downloads
from tests.pages.fake import NO_FILM, crossed, prediction
from tests.pages.test_diagnose import NAVIGATION, upload
from tests.patience import SECONDS

HEADER = source_header(
    image_bytes(np.zeros((40, 20), np.uint16), StudyInstanceUID="1.2.3", SeriesInstanceUID="1.2.4", Modality="DX")
)
FACTS = {"Patient": "Quartz Zebedee", "Sex": "F"}


@pytest.fixture
def page(engine, untrained_models, monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    engine.done["patient_facts"] = lambda _: {"state": "done", "result": crossed(FACTS)}
    engine.done["source_header"] = lambda _: {"state": "done", "result": HEADER.to_json()}
    page = AppTest.from_file(str(NAVIGATION), default_timeout=SECONDS).run()
    return upload(page, ("Quartz.dcm", b"image"), ("letter.txt", NO_FILM))


def text_block(page):
    [block] = page.code
    return block.value


def test_an_answered_image_can_be_exported_without_naming_the_patient(page, engine):
    assert not page.exception
    assert offered_downloads(page) == ["Report (PDF)", "Picture (PNG)", "Worklist (CSV)"]
    assert "Effusion    70" in text_block(page)
    assert "Quartz" not in text_block(page)
    assert not engine.started, "no header is read unasked"


def test_name_and_header_are_exported_where_the_reader_asks_for_them(page, engine):
    page = page.checkbox[0].check().run()
    assert "File: Quartz.dcm\nPatient: Quartz Zebedee\nSex: F\n" in text_block(page)
    page = page.run()
    assert [kind for kind, _ in engine.started] == ["patient_facts", "source_header"], "a header is read once"
    [case, _] = page.session_state["images"].cases
    assert f"patient facts {case.id}" not in page.session_state, "the facts lie with the image, to go with it"
    page = page.checkbox[0].uncheck().run()
    assert "Quartz" not in text_block(page)


def test_a_header_that_cannot_be_read_is_said_to_be_missing(page, engine):
    engine.done["patient_facts"] = lambda _: {"state": "failed", "message": "The file is cut.", "result": None}
    page = page.checkbox[0].check().run()
    assert "Patient details: not read. The file is cut." in text_block(page)


def test_dicom_results_of_a_dicom_film_are_offered_once_the_patient_may_be_named(page, engine):
    offered = "Results (DICOM, ZIP)"
    assert any("tick the box above" in caption.value for caption in page.caption)
    page = page.checkbox[0].check().run()
    assert offered_downloads(page)[-1] == offered
    [case, _] = page.session_state["images"].cases
    assert case.headers == {0: HEADER.to_json()}
    page = page.checkbox[0].uncheck().run()
    assert offered not in offered_downloads(page)


def test_a_header_that_allows_no_dicom_results_says_why(page, engine):
    engine.done["source_header"] = lambda _: {"state": "failed", "message": "No study.", "result": None}
    page = page.checkbox[0].check().run()
    assert any(caption.value == "No results as DICOM: No study." for caption in page.caption)


def test_the_archive_holds_the_objects_and_says_what_is_left_out(card):
    archive = ZipFile(BytesIO(case_exports.dicom_zip(HEADER.to_json(), exported_case(card))))
    assert set(archive.namelist()) == {"findings.dcm", "picture-2.dcm", "area-2.dcm", "report.dcm", "left-out.txt"}
    report = dcmread(BytesIO(archive.read("findings.dcm")))
    assert (report.StudyInstanceUID, report.Modality) == ("1.2.3", "SR")


def test_the_worklist_holds_every_image_of_the_session(card):
    images = Session()
    answered, refused = images.add("a.dcm", b"1"), images.add("b.txt", b"2")
    answered.answers[(card.key, 0, NOTHING)] = prediction({"NORMAL": 0.2, "EFFUSION": 0.7, "NODULE": 0.1}, ["EFFUSION"])
    refused.damaged[0] = Refusal("not-an-image", "The file is no image.")
    without = list(csv.DictReader(StringIO(case_exports.worklist_csv(images, card, named=False))))
    assert [row["file"] for row in without] == ["Image 1", "Image 2"]
    rows = list(csv.DictReader(StringIO(case_exports.worklist_csv(images, card, named=True))))
    assert [(row["file"], row["state"], row["findings"]) for row in rows] == [
        ("a.dcm", "answered", "EFFUSION"), ("b.txt", "refused", ""),
    ]  # fmt: skip
    assert rows[0]["sha256"] == answered.digest


def test_the_check_of_the_map_on_screen_is_found(card):
    unchecked = {(card.key, 0, NOTHING, "NODULE", "grad-cam"): JobStatus("1", "", "failed")}
    case = SessionCase("a", b"image", map_checks=unchecked)
    shown = SimpleNamespace(method="grad-cam")
    assert case_exports._check(case, card, card.labels[2], shown) is None
