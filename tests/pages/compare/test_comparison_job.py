"""The comparison as a job of the engine."""

from dataclasses import replace

import pytest
import streamlit as st

from meddx.engine.contract import COMPARE
from meddx.errors import EngineUnavailable, Refused
from meddx.evaluate.paired.comparison import Comparison, compare
from pages.ui.compare import cached_results, comparison_job


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    """A session and a server without any comparison yet."""
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(comparison_job, "_WAIT_SECONDS", 0.1)
    comparison_job._kept.clear()


def test_the_engine_compares_and_the_same_question_is_asked_once_by_all_sessions(choice, engine, monkeypatch):
    found = comparison_job.comparison(choice, "ill", 0.8)
    assert isinstance(found, Comparison)
    expected = compare(cached_results.aligned_systems(choice), labels=["ill"], specificity=0.8)
    assert repr(found.differences) == repr(expected.differences)
    monkeypatch.setattr(st, "session_state", {})
    assert comparison_job.comparison(choice, "ill", 0.8).differences == found.differences
    assert [kind for kind, _ in engine.started] == [COMPARE]
    comparison_job.comparison(choice, "ill", 0.9)
    comparison_job.comparison(replace(choice, mean=False), "ill", 0.8)
    assert len(engine.started) == 3


def test_a_long_comparison_says_how_far_it_is_and_a_new_question_cancels_it(choice, engine):
    engine.done = {}
    status = comparison_job.comparison(choice, "ill", 0.8)
    assert status.state == "waiting"
    engine.statuses["job-0"] = replace(engine.statuses["job-0"], state="running", done=1, total=4)
    assert comparison_job.comparison(choice, "ill", 0.8).done == 1
    comparison_job.comparison(choice, "normal", 0.8)
    assert engine.statuses["job-0"].state == "cancelled"
    assert len(engine.started) == 2


def test_a_comparison_that_failed_or_was_cancelled_is_not_started_again_by_itself(choice, engine):
    engine.done = {COMPARE: lambda _: {"state": "failed", "message": "It failed."}}
    assert comparison_job.comparison(choice, "ill", 0.8).message == "It failed."
    assert comparison_job.comparison(choice, "ill", 0.8).state == "failed"
    assert len(engine.started) == 1
    with pytest.raises(Refused, match="It failed"):
        comparison_job.whole_comparison(choice, 0.8)


def test_an_engine_that_was_replaced_is_asked_again(choice, engine):
    engine.done = {}
    comparison_job.comparison(choice, "ill", 0.8)
    engine.statuses.clear()
    comparison_job.comparison(choice, "ill", 0.8)
    assert len(engine.started) == 2


def test_what_crosses_holds_no_attributes_of_patients(choice, engine):
    one, other = choice.systems
    known = replace(one.predictions, attributes={"name": ("Doe",) * len(one.predictions)})
    comparison_job.comparison(replace(choice, systems=(replace(one, predictions=known), other)), "ill", 0.8)
    assert "Doe" not in repr(engine.started)


def test_an_export_gives_up_on_an_engine_that_does_not_answer(choice, engine, monkeypatch):
    def silent(*_):
        raise EngineUnavailable("busy")

    monkeypatch.setattr(comparison_job, "_SILENT_SECONDS", 0.2)
    monkeypatch.setattr(engine, "start", silent)
    with pytest.raises(EngineUnavailable, match="does not answer"):
        comparison_job.whole_comparison(choice, 0.8)
