"""Diagnose with records on: opinions are kept at once, and a failing database loses nothing and stops nothing."""

import hashlib
import logging
import sqlite3
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from streamlit.testing.v1 import AppTest

from meddx.audit.record import audit_log, keyed_hash
from meddx.errors import Refused
from meddx.network.node_database import QUEUE_FILE
from meddx.network.node_queue import NodeQueue
from meddx.records.access import records
from meddx.records.encryption import new_key
from meddx.records.reading import RecordFilter, recorded_cases
from meddx.types import ImageHeader, ReaderOpinion
from pages.ui.common import engine_requests
from tests.network.programmed_engine import configuration
from tests.pages.test_diagnose import NAVIGATION, note_on, upload, words
from tests.patience import SECONDS

FILM = b"image"


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_ACCOUNTS", str(tmp_path / "accounts.sqlite"))
    monkeypatch.setenv("MEDDX_RECORDS", str(tmp_path / "records.sqlite"))
    monkeypatch.setenv("MEDDX_RECORDS_KEY", new_key())
    records().initialise()
    return tmp_path / "records.sqlite"


@pytest.fixture(autouse=True)
def header(engine):
    engine.headers[FILM] = ImageHeader(patient="P1", patient_id="P1")


@pytest.fixture
def page(engine, untrained_models, monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    return AppTest.from_file(str(NAVIGATION), default_timeout=SECONDS).run()


def kept():
    return list(recorded_cases(records(), RecordFilter()))


def settled(page):
    """The page once nothing is being recorded any more."""
    wait([case.recording for case in page.session_state["images"].cases if case.recording is not None], SECONDS)
    return page.run()


def choose(page, verdict):
    return settled(page.button_group[0].set_value(verdict).run())


def correct(page, label):
    [box] = [box for box in page.selectbox if box.label == "Right instead of Effusion"]
    return settled(box.set_value(label).run())


def press(page, label):
    [button] = [one for one in page.button if one.label == label]
    return settled(button.click().run())


def test_an_opinion_is_recorded_at_once_with_the_case_and_its_findings(page):
    page = upload(page, ("a.dcm", FILM))
    assert kept() == [], "nothing without being asked"
    page = choose(page, "disagree")
    page = correct(page, "NODULE")
    page = settled(note_on(page, "Effusion")[0].set_value("artefact").run())
    assert not page.exception
    assert " UTC" in words(page).split("Recorded ")[1]
    [case] = kept()
    assert (case.file_name, case.image_hash) == ("a.dcm", keyed_hash(FILM))
    [answer] = case.answers
    assert {one.label: one.probability for one in answer.findings} == {"NORMAL": 0.2, "EFFUSION": 0.7, "NODULE": 0.1}
    assert [one.opinion for one in answer.opinions] == [
        ReaderOpinion("disagree"),
        ReaderOpinion("disagree", "", "NODULE"),
        ReaderOpinion("disagree", "artefact", "NODULE"),
    ]
    assert records().erase_patient("P1", lambda _: None) == 1 + 1 + 3 + 3


def test_an_opinion_that_changes_keeps_no_label_that_was_right_instead(page):
    page = choose(upload(page, ("a.dcm", FILM)), "disagree")
    page = correct(page, "NODULE")
    page = choose(page, "agree")
    [case] = page.session_state["images"].cases
    assert list(case.opinions.values()) == [ReaderOpinion("agree")]


def test_a_case_is_recorded_without_an_opinion(page):
    page = press(upload(page, ("a.dcm", FILM)), "Record this case")
    [case] = kept()
    assert [one.opinions for one in case.answers] == [()]
    assert [one for one in page.button if one.label == "Record this case"] == []


def test_what_a_failing_database_does_not_take_is_recorded_by_the_next_attempt(page, place):
    page = upload(page, ("a.dcm", FILM))
    place.rename(place.with_suffix(".away"))
    page = choose(page, "unsure")
    page = settled(note_on(page, "Effusion")[0].set_value("blurred").run())
    assert not page.exception
    assert "Not recorded. The database of records cannot be used: there is none" in words(page)
    [case] = page.session_state["images"].cases
    assert list(case.opinions.values()) == [ReaderOpinion("unsure", "blurred")]
    page = press(page, "Try again")
    assert "Not recorded." in words(page)
    place.with_suffix(".away").rename(place)
    page = press(page, "Try again")
    assert "Not recorded." not in words(page)
    [one] = kept()
    assert [given.opinion for given in one.answers[0].opinions] == [
        ReaderOpinion("unsure"), ReaderOpinion("unsure", "blurred"),
    ]  # fmt: skip


def test_a_database_that_another_program_keeps_is_waited_for_and_then_said(page, place, monkeypatch):
    page = upload(page, ("a.dcm", FILM))
    monkeypatch.setattr("meddx.records.database._WAIT_SECONDS", 0.1)
    with sqlite3.connect(place, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        page = choose(page, "agree")
        assert "another program keeps it busy" in words(page)
        other.execute("ROLLBACK")
    other.close()
    press(page, "Try again")
    assert len(kept()) == 1


def test_a_database_that_does_not_answer_holds_no_page(page, place, monkeypatch):
    page = upload(page, ("a.dcm", FILM))
    monkeypatch.setattr("meddx.records.database._WAIT_SECONDS", SECONDS)
    with sqlite3.connect(place, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        page = page.button_group[0].set_value("agree").run()
        page = note_on(page, "Effusion")[0].set_value("seen meanwhile").run()
        assert not page.exception
        assert "Recording" in words(page)
        assert "Not recorded" not in words(page)
        other.execute("ROLLBACK")
    other.close()
    assert "Recorded " in words(settled(page))
    [case] = kept()
    assert [one.opinion.note for one in case.answers[0].opinions] == ["", "seen meanwhile"]


def test_what_nobody_foresaw_is_said_and_recorded_by_the_next_attempt(page, engine, monkeypatch, caplog):
    page = upload(page, ("a.dcm", FILM))
    known = engine.header
    page.session_state["images"].cases[0].header = None
    monkeypatch.setattr(engine, "header", lambda data: {}["P1"])
    with caplog.at_level(logging.ERROR):
        page = choose(page, "agree")
    assert not page.exception
    assert "Not recorded. Something unforeseen" in words(page)
    assert "KeyError" in caplog.text
    assert "P1" not in caplog.text
    monkeypatch.setattr(engine, "header", known)
    page = press(page, "Try again")
    assert "Recorded " in words(page)
    assert len(kept()) == 1


def test_requests_to_the_engine_go_on_while_the_database_does_not_answer(page, place, monkeypatch):
    page = upload(page, ("a.dcm", FILM))
    monkeypatch.setattr("meddx.records.database._WAIT_SECONDS", SECONDS)
    monkeypatch.setattr(engine_requests, "_workers", ThreadPoolExecutor(1))
    with sqlite3.connect(place, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        page = page.button_group[0].set_value("agree").run()
        assert "Recording" in words(page)
        try:
            assert engine_requests.run_in_background(lambda: "answered").result(5) == "answered"
        finally:
            other.execute("ROLLBACK")
    other.close()
    settled(page)


def test_without_the_patient_id_nothing_is_recorded_that_could_not_be_erased(page, engine, monkeypatch):
    def damaged(data):
        raise Refused("damaged", "The header is damaged.")

    monkeypatch.setattr(engine, "header", damaged)
    page = choose(upload(page, ("a.dcm", FILM)), "agree")
    assert "Not recorded. The header is damaged." in words(page)
    assert kept() == []
    monkeypatch.setattr(engine, "header", lambda data: ImageHeader())
    press(page, "Try again")
    assert len(kept()) == 1


def test_the_account_gives_the_opinion_and_the_audit_log_takes_an_entry(page, signed_in, place):
    signed_in("ana", "reader")
    page = choose(upload(page.run(), ("a.dcm", FILM)), "agree")
    assert [one.who for one in kept()[0].answers[0].opinions] == ["ana"]
    place.rename(place.with_suffix(".away"))
    choose(page, "unsure")
    entries = [one for one in audit_log().entries() if one.event == "record"]
    assert [(one.who, one.outcome, one.case, one.subject, one.detail) for one in entries] == [
        ("ana", "success", keyed_hash(FILM), "untrained 1.0.0", "opinion on EFFUSION"),
        ("ana", "refused", keyed_hash(FILM), "untrained 1.0.0", "records"),
    ]


def test_where_records_are_off_nothing_is_offered_or_kept(page, monkeypatch, place):
    monkeypatch.delenv("MEDDX_RECORDS")
    page = choose(upload(page.run(), ("a.dcm", FILM)), "agree")
    assert not page.exception
    assert [one for one in page.button if one.label == "Record this case"] == []
    monkeypatch.setenv("MEDDX_RECORDS", str(place))
    assert kept() == []


def test_an_opinion_on_a_film_of_the_node_is_handed_to_it_and_waits_where_it_cannot_be(page, tmp_path, monkeypatch):
    path = configuration(tmp_path, 11112, 104)
    path.write_text(path.read_text() + "opinions = true\n")
    monkeypatch.setenv("MEDDX_NODE", str(path))
    page = choose(upload(page, ("a.dcm", FILM)), "agree")
    assert "Not recorded. No node has run" in words(page)
    (tmp_path / "state").mkdir()
    queue = NodeQueue(tmp_path / "state" / QUEUE_FILE)
    queue.add_film("1.2", "1.1", hashlib.sha256(FILM).hexdigest(), "MODALITY")
    queue.assign(1, ["chest"])
    queue.finish(queue.next_task("answer"))
    page = press(page, "Try again")
    assert "Recorded " in words(page)
    assert [(one.label, one.verdict, one.frame) for one in queue.opinions(1, "chest")] == [("EFFUSION", "agree", 0)]
    assert queue.next_task("opinion").peer == "pacs"
    queue.close()
    assert len(kept()[0].answers[0].opinions) == 1
