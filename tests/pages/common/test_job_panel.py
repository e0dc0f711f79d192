from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from meddx.errors import EngineUnavailable
from meddx.types import JobStatus
from tests.patience import SECONDS


def script():
    import streamlit as st

    from pages.ui.common.job_panel import JobRequest, PanelText, render_job_panel

    text = PanelText("Begin", "Takes seconds.", "Working", "It failed")
    jobs = st.session_state.setdefault("jobs", {})
    render_job_panel(JobRequest(jobs, "key", "kind", {"label": "A"}, text, "element"), st.write)


@pytest.fixture
def page(engine):
    return AppTest.from_function(script, default_timeout=SECONDS).run()


def labels(page):
    return [button.label for button in page.button]


def html(page):
    return " ".join(element.proto.body for element in page.get("html"))


def test_the_button_starts_the_job_and_its_result_is_drawn(page, engine):
    assert (labels(page), page.button[0].help) == (["Begin"], "Takes seconds.")
    page = page.button[0].click().run()
    assert engine.started == [("kind", {"label": "A"})]
    assert labels(page) == ["Cancel"]
    assert "Waiting to start" in html(page)
    [id] = engine.statuses
    engine.statuses[id] = JobStatus(id, "kind", "running")
    assert "Working" in html(page.run())
    engine.statuses[id] = JobStatus(id, "kind", "done", result="the result")
    page = page.run()
    assert page.markdown[0].value == "the result"
    assert labels(page) == []


def test_a_cancelled_job_can_be_started_again(page, engine):
    page = page.button[0].click().run().button[0].click().run()
    assert [status.state for status in engine.statuses.values()] == ["cancelled"]
    assert labels(page) == ["Begin"]


def test_a_failed_job_says_why_and_can_be_started_again(page, engine):
    page = page.button[0].click().run()
    [id] = engine.statuses
    engine.statuses[id] = replace(engine.statuses[id], state="failed", message="Out of memory.")
    page = page.run()
    assert "It failed" in html(page)
    assert "Out of memory." in html(page)
    assert labels(page) == ["Begin"]


def test_a_job_that_the_engine_has_lost_is_shown_as_failed(page, engine):
    page = page.button[0].click().run()
    engine.statuses.clear()
    assert "This job is not known any more." in html(page.run())


def test_an_engine_that_cannot_start_the_job_is_named(page, engine, monkeypatch):
    def unavailable(kind, arguments):
        raise EngineUnavailable("The engine is starting.")

    monkeypatch.setattr(engine, "start", unavailable)
    assert "The engine is starting." in html(page.button[0].click().run())
