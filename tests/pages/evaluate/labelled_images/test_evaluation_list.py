"""The evaluations on the server, and what is said of each."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.evaluate.labelled_images import evaluation_list
from pages.ui.evaluate.labelled_images.evaluation_list import evaluation_state
from tests.pages.evaluate.labelled_images.test_evaluation_result import stored
from tests.patience import SECONDS


def page():
    from pages.ui.evaluate.labelled_images.evaluation_list import render_evaluation_list

    render_evaluation_list()


@pytest.fixture
def opened(engine, untrained_models, monkeypatch):
    """The page on these evaluations."""
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))

    def run(*jobs):
        engine.records.update({job.id: job for job in jobs})
        script = AppTest.from_function(page, default_timeout=SECONDS).run()
        assert not script.exception
        return script

    return run


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "waiting"),
        ({"state": "running", "done": 1500, "total": 2000}, "1,500 of 2,000 images"),
        ({"state": "done", "result": {"n": 1200, "refused": {}}}, "1,200 images evaluated"),
        ({"state": "done", "result": {"n": 30, "refused": {"a": 1, "b": 2}}}, "30 images evaluated, 3 skipped"),
        ({"state": "failed", "message": "No room."}, "No room."),
        ({"state": "cancelled", "done": 3, "total": 8}, "Cancelled after 3 of 8 images."),
    ],
)
def test_progress_and_outcome_in_a_few_words(fields, said):
    assert evaluation_state(stored(**fields)) == said


def test_without_evaluations_nothing_is_drawn(opened):
    other = replace(stored(), kind="explain")
    script = opened(other)
    assert (len(script.header), len(script.button)) == (0, 0)


def test_the_newest_come_first_and_the_rest_is_counted(opened, monkeypatch):
    monkeypatch.setattr(evaluation_list, "MAX_EVALUATIONS", 2)
    jobs = [stored(name, created=1e9 + n, arguments={"title": name}) for n, name in enumerate("abc")]
    script = opened(*jobs)
    assert [one.label for one in script.button] == ["c: Untrained exclusive", "b: Untrained exclusive"]
    assert script.caption[-1].value == "The 2 newest of 3."


def test_a_click_opens_the_evaluation(opened):
    script = opened(stored("a", state="cancelled"))
    script.button[0].click().run()
    assert dict(script.query_params) == {"job": "a"}


def test_who_is_signed_in_sees_their_own(opened, signed_in):
    signed_in("ana", "evaluator")
    script = opened(stored("a", arguments={"owner": "ana", "title": "Hers"}), stored("b", arguments={"owner": "ben"}))
    assert [one.label for one in script.button] == ["Hers: Untrained exclusive"]
    assert "Only you" in script.caption[0].value
