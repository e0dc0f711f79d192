"""The page on which an evaluator finds, opens and exports what was recorded."""

import csv
import io
import threading

import pytest
from streamlit.testing.v1 import AppTest

from meddx.audit.record import audit_log
from meddx.config import ROOT
from meddx.records.access import records
from meddx.records.encryption import new_key
from pages.ui.records import record_list
from tests.pages.chinese import english_left, in_chinese
from tests.pages.test_evaluate_labelled_images import run, words
from tests.patience import SECONDS
from tests.records.cases import add, answer, case, opinion

PAGE = str(ROOT / "pages" / "records.py")


@pytest.fixture
def place(tmp_path, monkeypatch, signed_in):
    signed_in("eva", "evaluator")
    monkeypatch.setenv("MEDDX_RECORDS", str(tmp_path / "records.sqlite"))
    monkeypatch.setenv("MEDDX_RECORDS_KEY", new_key())
    monkeypatch.setenv("MEDDX_RECORDS_IMAGES", "on")
    records().initialise()
    add(records(), opinion("disagree", "a note", "NODULE"), case=case(b"one", "one.dcm"))
    add(records(), case=case(b"two", "two.dcm"), answer=answer("other"))
    return tmp_path / "records.sqlite"


@pytest.fixture
def page(place, engine, untrained_models, monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    return run(AppTest.from_file(PAGE, default_timeout=SECONDS))


def texts(page):
    return [element.value for element in page.text]


def titles(page):
    return [one.label for one in page.selectbox]


def test_cases_are_listed_those_last_added_to_first_and_that_is_told(page):
    assert "2 cases" in words(page)
    assert [text for text in texts(page) if text.endswith(".dcm")] == ["two.dcm", "one.dcm"]
    assert "ana: disagree on EFFUSION, rather NODULE, with a note" in texts(page)
    assert "no opinion" in texts(page)
    assert "other 1.0.0: EFFUSION 70\N{NO-BREAK SPACE}%" in texts(page)
    assert [(one.who, one.detail) for one in audit_log().entries() if one.event == "record-read"] == [
        ("eva", "all records")
    ]


def test_a_filter_leaves_the_others_out(page):
    page.selectbox[titles(page).index("Opinion")].set_value("none")
    assert [text for text in texts(run(page)) if text.endswith(".dcm")] == ["two.dcm"]


def test_the_image_that_is_kept_opens_in_diagnose(page, monkeypatch):
    opened = []
    monkeypatch.setattr(record_list, "open_in_diagnose", lambda *what: opened.append(what))
    page.button(key="open record 1").click()
    run(page)
    [(name, image, model)] = opened
    assert (name, image.data, image.frame, model) == ("one.dcm", b"one", 0, "untrained")
    assert list(audit_log().entries())[-1].detail == "image opened"


@pytest.mark.parametrize(("installed", "expected"), [(True, "untrained"), (False, "")])
def test_an_image_whose_model_is_not_installed_opens_with_the_one_that_is_chosen(
    installed, expected, page, monkeypatch, tmp_path
):
    opened = []
    monkeypatch.setattr(record_list, "open_in_diagnose", lambda *what: opened.append(what))
    if not installed:
        monkeypatch.setenv("MEDDX_MODELS", str(tmp_path))
    page.button(key="open record 2").click()
    run(page)
    assert [model for *_, model in opened] == [expected]


def test_the_export_says_whose_image_it_is_only_when_asked(place):
    from meddx.records.reading import RecordFilter

    plain = list(csv.DictReader(io.StringIO(record_list._csv(RecordFilter(), with_names=False))))
    assert [(row["label"], row["opinion"], row["corrected_label"]) for row in plain if row["model"] == "untrained"] == [
        ("NORMAL", "", ""), ("EFFUSION", "disagree", "NODULE"), ("NODULE", "", ""),
    ]  # fmt: skip
    assert not {"file", "note", "cautions"} & set(plain[0])
    naming = csv.DictReader(io.StringIO(record_list._csv(RecordFilter(), with_names=True)))
    assert {(row["file"], row["note"]) for row in naming} == {("one.dcm", ""), ("one.dcm", "a note"), ("two.dcm", "")}


def test_a_database_that_fails_is_said_on_the_page(page, place):
    place.rename(place.with_suffix(".away"))
    assert "The records cannot be read" in words(run(page))
    assert "meddx records init" in words(page)


def test_it_is_for_evaluators_and_hidden_where_records_are_off(page, signed_in, monkeypatch):
    signed_in("ana", "reader")
    assert texts(run(page)) == []
    assert "not for this account" in words(page)
    signed_in("ben", "evaluator")
    monkeypatch.delenv("MEDDX_RECORDS")
    assert "No records" in words(run(page))


def test_the_navigation_names_it_where_records_are_on(place, navigation, monkeypatch):
    assert "Records" in navigation()
    monkeypatch.delenv("MEDDX_RECORDS")
    assert "Records" not in navigation()


def test_the_server_does_not_start_with_records_that_it_cannot_use(place, monkeypatch):
    from app import _begin_records

    ended = threading.Event()
    ended.set()
    monkeypatch.setenv("MEDDX_RECORDS_DAYS", "0")
    _begin_records(ended)
    assert list(audit_log().entries())[-1].detail == "retention: 11 rows", "what is too old goes at the start"
    monkeypatch.setenv("MEDDX_RECORDS_KEY", new_key())
    with pytest.raises(SystemExit, match=r"meddx does not start. None of the keys given opens these records"):
        _begin_records(ended)
    place.unlink()
    with pytest.raises(SystemExit, match="run `meddx records init`"):
        _begin_records(ended)


def test_in_chinese_no_sentence_is_english(page):
    assert "ana：不同意EFFUSION，应为NODULE，附有备注" in texts(in_chinese(page))
    assert english_left(page) == []
