from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from meddx.types import JobStatus
from pages.ui.common.progress_panel import ProgressState, job_progress, progress_text, time_left_text
from tests.patience import SECONDS

RUNNING = JobStatus("x", "evaluate", "running", 312, 1624, 61.0, "Reading images")


def test_the_text_joins_message_count_and_time_left():
    assert progress_text(job_progress(RUNNING, "", counted=True)) == "Reading images · 312 of 1,624 · about 61 s left"
    assert progress_text(job_progress(RUNNING, "")) == "Reading images · about 61 s left"
    silent = replace(RUNNING, message="", eta_seconds=None)
    assert progress_text(job_progress(silent, "Computing")) == "Computing"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, ""), (0.2, "about 1 s left"), (89, "about 89 s left"), (150, "about 2 min left"),
     (5399, "about 90 min left"), (9000, "about 2.5 h left")],
)  # fmt: skip
def test_the_time_left_is_rounded_to_its_unit(seconds, text):
    assert time_left_text(seconds) == text


def test_the_share_is_known_only_while_pieces_are_counted():
    assert job_progress(RUNNING, "").share == pytest.approx(312 / 1624)
    assert job_progress(replace(RUNNING, done=2000), "").share == 1.0
    assert job_progress(replace(RUNNING, total=0), "").share is None
    assert job_progress(replace(RUNNING, state="waiting"), "") == ProgressState("Waiting to start")


def panel(share, cancel_key):
    import streamlit as st

    from pages.ui.common.progress_panel import ProgressState, render_progress_panel

    st.write(render_progress_panel(ProgressState("Reading <b>", share), cancel_key))


def test_without_a_share_a_spinner_turns_and_the_message_is_escaped():
    page = AppTest.from_function(panel, kwargs={"share": None, "cancel_key": None}, default_timeout=SECONDS).run()
    [spinner] = page.get("html")
    assert "<i></i>Reading &lt;b&gt;" in spinner.proto.body
    assert not page.button


def test_cancel_is_reported_once():
    page = AppTest.from_function(panel, kwargs={"share": 0.5, "cancel_key": "cancel"}, default_timeout=SECONDS).run()
    assert not page.get("html"), "a bar, no spinner"
    assert page.markdown[0].value == "`False`"
    page = page.button[0].click().run()
    assert page.markdown[0].value == "`True`"
    assert page.run().markdown[0].value == "`False`"
