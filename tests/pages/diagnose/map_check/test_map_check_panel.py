import pytest
from streamlit.testing.v1 import AppTest

from meddx.types import JobStatus
from tests.pages.diagnose.map_check.test_verdict_text import check
from tests.pages.diagnose.test_counterfactual_panel import button
from tests.pages.test_diagnose import NAVIGATION, upload
from tests.pages.test_diagnose import words as text
from tests.patience import SECONDS


@pytest.fixture
def page(engine, untrained_models, monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    return upload(AppTest.from_file(str(NAVIGATION), default_timeout=SECONDS).run(), ("a.dcm", b"image"))


def test_on_request_the_map_on_screen_is_checked_and_the_verdict_shown(page, engine):
    page = button(page, "Check this heat map").click().run()
    [(kind, arguments)] = engine.started
    assert (kind, arguments["label"], arguments["method"]) == ("map_check", "EFFUSION", "grad-cam")
    [id] = engine.statuses
    engine.statuses[id] = JobStatus(id, "map_check", "done", result=check())
    page = page.run()
    assert not page.exception
    assert "Unreliable map (failed: dependence on training)" in text(page)
