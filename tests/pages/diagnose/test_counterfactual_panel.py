import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from meddx.types import Counterfactual, JobStatus
from pages.ui.diagnose import counterfactual_panel
from tests.pages.test_diagnose import NAVIGATION, upload, words
from tests.patience import SECONDS

SOME = np.zeros((16, 16), bool)
SOME[2, 3:7] = True
NONE = np.zeros((16, 16), bool)


def test_a_finding_that_blurring_removes():
    said = counterfactual_panel.counterfactual_sentence(Counterfactual("NODULE", SOME, 0.83, 0.41, 0.5, 0.5), "Nodule")
    assert said.startswith(
        "Blurring the outlined 1.6\N{NO-BREAK SPACE}% of the image takes Nodule below its cut-off "
        "(50\N{NO-BREAK SPACE}%): from 83\N{NO-BREAK SPACE}% to 41\N{NO-BREAK SPACE}%."
    )
    assert "A smaller area may exist" in said


def test_a_finding_that_blurring_adds():
    said = counterfactual_panel.counterfactual_sentence(Counterfactual("NODULE", SOME, 0.2, 0.6, 0.5, 0.5), "Nodule")
    assert "takes Nodule above its cut-off" in said


def test_the_largest_change_is_given_where_nothing_flips_the_result():
    said = counterfactual_panel.counterfactual_sentence(Counterfactual("NODULE", NONE, 0.99, 0.8, 0.5, 0.5), "Nodule")
    assert said.startswith("No area was found whose blurring takes Nodule below its cut-off")
    assert "Largest change: from 99\N{NO-BREAK SPACE}% to 80\N{NO-BREAK SPACE}%" in said


@pytest.fixture
def page(engine, untrained_models, monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    return upload(AppTest.from_file(str(NAVIGATION), default_timeout=SECONDS).run(), ("a.dcm", b"image"))


def button(page, label):
    [found] = [button for button in page.button if button.label == label]
    return found


def test_asked_for_it_runs_as_a_job_and_the_result_is_shown(page, engine):
    page = button(page, counterfactual_panel.COUNTERFACTUAL_TITLE).click().run()
    [(kind, arguments)] = engine.started
    assert (kind, arguments["label"], arguments["data"]) == ("counterfactual", "EFFUSION", b"image")
    assert button(page, "Cancel")
    [id] = engine.statuses
    engine.statuses[id] = JobStatus(
        id, "counterfactual", "done", result=Counterfactual("EFFUSION", SOME, 0.7, 0.3, 0.5, 0.5)
    )
    page = page.run()
    assert not page.exception
    assert "Blurring the outlined" in words(page)


def test_cancelled_it_can_be_asked_for_again(page, engine):
    page = button(page, counterfactual_panel.COUNTERFACTUAL_TITLE).click().run()
    page = button(page, "Cancel").click().run()
    assert [status.state for status in engine.statuses.values()] == ["cancelled"]
    assert button(page, counterfactual_panel.COUNTERFACTUAL_TITLE)
