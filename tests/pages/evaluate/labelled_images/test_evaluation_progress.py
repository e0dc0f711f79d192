"""One evaluation: what it is called, how it ended, how it is deleted."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from meddx.errors import Refused
from meddx.types import JobStatus
from pages.ui.evaluate.labelled_images import evaluation_progress
from tests.pages.evaluate.labelled_images.test_evaluation_result import done, stored
from tests.patience import SECONDS


@pytest.fixture(autouse=True)
def _installed(untrained_models, monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))


def page():
    import streamlit as st

    from pages.ui.evaluate.labelled_images.evaluation_progress import render_evaluation

    subject = render_evaluation("j")
    st.write(subject.title if subject else "no result")


def opened():
    script = AppTest.from_function(page, default_timeout=SECONDS)
    script.query_params["job"] = "j"
    return ran(script)


def ran(script):
    script.run()
    assert not script.exception
    return script


def words(script):
    return " ".join([one.proto.body for one in script.get("html")] + [one.value for one in script.markdown])


def button(script, label):
    return next(one for one in script.button if one.label == label)


def test_an_evaluation_is_called_by_its_set_and_model():
    assert evaluation_progress.evaluation_title(stored()) == "Ward 3: Untrained exclusive"
    unnamed = stored(arguments={"title": "", "model": "gone"})
    assert evaluation_progress.evaluation_title(unnamed) == "Own images: gone"


def test_how_far_a_cancelled_evaluation_came_is_said():
    cancelled = stored(state="cancelled", done=1200, total=3000)
    assert evaluation_progress.failure_reason(cancelled) == "Cancelled after 1,200 of 3,000 images."
    assert evaluation_progress.failure_reason(replace(cancelled, total=0)) == "Cancelled."
    assert evaluation_progress.failure_reason(stored(state="failed", message="No room.")) == "No room."


def test_another_kind_of_job_is_no_evaluation(engine):
    engine.records["j"] = replace(stored(), kind="explain")
    with pytest.raises(Refused, match="not an evaluation"):
        evaluation_progress.read_evaluation("j")
    assert "Evaluation not found" in words(opened())


def test_a_running_evaluation_can_be_cancelled_and_a_finished_one_is_returned(engine):
    engine.records["j"] = stored(state="running")
    engine.statuses["j"] = JobStatus("j", "evaluate", "running", 5, 20)
    script = opened()
    assert "no result" in words(script)
    button(script, "Cancel").click()
    ran(script)
    assert engine.statuses["j"].state == "cancelled"
    done(engine)
    assert "Ward 3: Untrained exclusive" in [one.value for one in ran(script).markdown]


def test_a_failed_evaluation_is_deleted_unless_the_engine_is_away(engine):
    engine.records["j"] = stored(state="failed", message="No room.")
    script = opened()
    assert "No room." in words(script)
    engine.fails = 1
    button(script, "Delete").click()
    assert "The evaluation was not deleted" in words(ran(script))
    assert "j" in engine.records
    button(script, "Delete").click()
    assert dict(ran(script).query_params) == {}
    assert engine.records == {}


def test_anothers_evaluation_is_not_there_and_cannot_be_deleted(engine, signed_in):
    signed_in("ana", "evaluator")
    for owner, found in (("ben", False), ("", False), ("ana", True)):
        engine.records["j"] = stored(state="cancelled", arguments={"owner": owner})
        script = opened()
        assert ("Delete" in [one.label for one in script.button]) is found
        assert ("Ward 3" in words(script)) is found
