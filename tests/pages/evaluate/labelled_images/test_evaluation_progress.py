"""Progress of an evaluation in words."""

from dataclasses import replace

from meddx.types import JobStatus
from pages.ui.evaluate.labelled_images import evaluation_progress


def test_how_far_it_is_in_words():
    status = JobStatus("x", "evaluate", "running", 312, 1624, 61.0, "Reading images")
    assert evaluation_progress.progress_text(status) == "Reading images · 312 of 1,624 · about 61 s left"
    assert evaluation_progress.progress_text(replace(status, eta_seconds=150.0)).endswith("about 2 min left")
    assert evaluation_progress.progress_text(replace(status, eta_seconds=9000.0)).endswith("about 2.5 h left")
    assert evaluation_progress.progress_text(replace(status, state="waiting")) == "Waiting for other jobs"
