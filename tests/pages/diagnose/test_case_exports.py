"""The section "Export" of the Diagnose page."""

import csv
from io import StringIO
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from meddx.types import JobStatus, Refusal
from pages.ui.common.session import Session
from pages.ui.diagnose import case_exports
from tests.pages.fake import NO_FILM, crossed, prediction
from tests.pages.test_diagnose import NAVIGATION, upload
from tests.patience import SECONDS

FACTS = {"Patient": "Quartz Zebedee", "Sex": "F"}


@pytest.fixture
def page(engine, untrained_models, monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    engine.done["patient_facts"] = lambda _: {"state": "done", "result": crossed(FACTS)}
    page = AppTest.from_file(str(NAVIGATION), default_timeout=SECONDS).run()
    return upload(page, ("Quartz.dcm", b"image"), ("letter.txt", NO_FILM))


def text_block(page):
    [block] = page.code
    return block.value


def test_an_answered_image_can_be_exported_without_naming_the_patient(page, engine):
    assert not page.exception
    assert [button.proto.label for button in page.get("download_button")] == [
        "Report (PDF)", "Picture (PNG)", "Worklist (CSV)",
    ]  # fmt: skip
    assert "Effusion    70" in text_block(page)
    assert "Quartz" not in text_block(page)
    assert not engine.started, "no header is read unasked"


def test_name_and_header_are_exported_where_the_reader_asks_for_them(page, engine):
    page = page.checkbox[0].check().run()
    assert "File: Quartz.dcm\nPatient: Quartz Zebedee\nSex: F\n" in text_block(page)
    page = page.run()
    assert [kind for kind, _ in engine.started] == ["patient_facts"], "a header is read once"
    [case, _] = page.session_state["images"].cases
    assert f"patient facts {case.id}" not in page.session_state, "the facts lie with the image, to go with it"
    page = page.checkbox[0].uncheck().run()
    assert "Quartz" not in text_block(page)


def test_a_header_that_cannot_be_read_is_said_to_be_missing(page, engine):
    engine.done["patient_facts"] = lambda _: {"state": "failed", "message": "The file is cut.", "result": None}
    page = page.checkbox[0].check().run()
    assert "Patient details: not read. The file is cut." in text_block(page)


def test_the_worklist_holds_every_image_of_the_session(card):
    images = Session()
    answered, refused = images.add("a.dcm", b"1"), images.add("b.txt", b"2")
    answered.answers[(card.key, 0)] = prediction({"NORMAL": 0.2, "EFFUSION": 0.7, "NODULE": 0.1}, ["EFFUSION"])
    refused.damaged[0] = Refusal("not-an-image", "The file is no image.")
    rows = list(csv.DictReader(StringIO(case_exports.worklist_csv(images, card))))
    assert [(row["file"], row["state"], row["findings"]) for row in rows] == [
        ("a.dcm", "answered", "EFFUSION"), ("b.txt", "refused", ""),
    ]  # fmt: skip
    assert rows[0]["sha256"] == answered.digest


def test_the_check_of_the_map_on_screen_is_found(card):
    unchecked = {(card.key, 0, "NODULE", "grad-cam"): JobStatus("1", "", "failed")}
    case = SimpleNamespace(frame=0, map_checks=unchecked, quick_checks={})
    shown = SimpleNamespace(method="grad-cam")
    assert case_exports._check(case, card, card.labels[2], shown) is None
