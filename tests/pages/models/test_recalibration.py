"""The panel that calibrates a model anew: what is asked of the reader and of the engine, and what is said then."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from meddx.config import ROOT
from tests.pages.test_evaluate_labelled_images import button, run, words
from tests.patience import SECONDS

PAGE = str(ROOT / "pages" / "models.py")
IMAGES = "i" * 22
SET = {"images": 90, "classes": {"normal": 40, "fluid": 30, "Nodule": 20}, "no_image": 2, "missing": 0,
       "unlabelled": 0, "reading": "", "label_columns": ()}  # fmt: skip
METRIC = {"name": "auroc", "set": "test", "value": 0.91, "low": 0.85, "high": 0.96, "n": 45, "label": None,
          "interval": "by hand", "reason": None}  # fmt: skip
ERROR = METRIC | {"name": "expected calibration error", "low": 0.01, "high": 0.3}
DONE = {"id": "untrained", "version": "1.1.0", "earlier": "1.0.0",
        "before": [METRIC, ERROR | {"value": 0.21}], "now": [METRIC, ERROR | {"value": 0.04}]}  # fmt: skip


@pytest.fixture(autouse=True)
def _settings(untrained_models, monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))


@pytest.fixture
def page(engine):
    """The panel with uploaded images that were read."""
    page = AppTest.from_file(PAGE, default_timeout=SECONDS)
    page.query_params["model"] = "untrained"
    page.query_params["images"] = IMAGES
    run(page)
    assert engine.started == [("inspect_labelled_set", {"upload": IMAGES})]
    return ended(page, engine, SET)


def ended(page, engine, result=None, **fields):
    """The page after the job started last has ended."""
    id, status = list(engine.statuses.items())[-1]
    engine.statuses[id] = replace(status, **{"state": "done", "result": result} | fields)
    return run(page)


def pressed(page, title):
    button(page, title).click()
    return run(page)


def box(page, title):
    [one] = [one for one in page.selectbox if one.label.startswith(title)]
    return one


def recalibrated(page):
    box(page, "Class fluid").set_value("EFFUSION")
    return pressed(run(page), "Recalibrate Untrained exclusive")


def test_what_was_read_is_said_and_only_a_strange_class_is_asked_for(page, engine):
    assert "90 images: normal (40), fluid (30), Nodule (20)." in words(page)
    assert [box(page, f"Class {name}").value for name in SET["classes"]] == ["NORMAL", None, "NODULE"]
    assert button(page, "Recalibrate Untrained exclusive").disabled
    box(page, "Class fluid").set_value("EFFUSION")
    [one] = [one for one in page.text_input if one.label.startswith("Where and on whom")]
    one.set_value("Ward 3, 2026")
    box(page, "Choose thresholds by").set_value("sensitivity")
    page = run(page)
    page.number_input[0].set_value(0.9)
    page = pressed(run(page), "Recalibrate Untrained exclusive")
    kind, arguments = engine.started[-1]
    assert (kind, arguments["upload"]) == ("recalibrate", IMAGES)
    assert arguments["model"].startswith("untrained:")  # this very version
    assert arguments["choices"] == {
        "classes": {"normal": "NORMAL", "fluid": "EFFUSION", "Nodule": "NODULE"},
        "set_name": "Ward 3, 2026",
        "rule": {"kind": "sensitivity", "value": 0.9},
    }


def test_the_result_is_old_against_new_and_leads_on(page, engine):
    page = ended(recalibrated(page), engine, DONE)
    said = words(page)
    assert "Untrained exclusive 1.1.0 is installed" in said
    assert "0.210" in said
    assert "0.040" in said
    assert button(page, "Open in Diagnose")
    assert button(page, "Compare old and new")
    page = pressed(page, "Done")
    assert "images" not in page.query_params
    assert page.file_uploader


def test_a_recalibration_that_failed_says_why_and_the_answers_are_still_there(page, engine):
    page = ended(recalibrated(page), engine, state="failed", message="None of the images can be read.")
    assert "None of the images can be read." in words(page)
    page = pressed(page, "Go back")
    assert box(page, "Class normal").value == "NORMAL"


def test_the_panel_of_another_model_does_not_show_this_ones_progress(page, engine):
    page = recalibrated(page)
    page.radio[0].set_value("untrained-multi")
    page = run(page)
    assert "Recalibrate Untrained multilabel" in [one.label for one in page.button]


def test_the_panel_is_for_admins_and_a_button_drawn_before_starts_nothing_for_others(engine, page, signed_in):
    signed_in("root", "admin")
    box(run(page), "Class fluid").set_value("EFFUSION")
    run(page)
    signed_in("ana", "evaluator")
    started = list(engine.started)
    button(page, "Recalibrate Untrained exclusive").click()
    run(page)
    assert not [one for one in page.button if one.label.startswith("Recalibrate")]
    assert not [one for one in page.expander if one.label.startswith("Recalibrate")]
    assert engine.started == started
