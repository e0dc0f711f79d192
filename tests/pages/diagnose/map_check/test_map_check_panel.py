import shutil
from dataclasses import replace

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


def checked(page, engine, result):
    """The page with the check of the map on screen ended."""
    page = button(page, "Check this heat map").click().run()
    [id] = engine.statuses
    engine.statuses[id] = JobStatus(id, "map_check", "done", result=result)
    return page.run()


def test_beside_the_verdict_stands_that_its_limits_are_of_another_model(page, engine):
    page = checked(page, engine, replace(check(), caution="The limits were set on another model."))
    assert "The limits were set on another model." in text(page)


def test_a_check_is_not_shown_for_another_version_of_the_model(page, engine, untrained_models, tmp_path, monkeypatch):
    page = checked(page, engine, check())
    assert "Unreliable map" in text(page)
    copy = shutil.copytree(untrained_models, tmp_path / "models")
    for card in copy.glob("*/card.toml"):
        card.write_text(card.read_text().replace('version = "1.0.0"', 'version = "1.0.1"'))
    monkeypatch.setenv("MEDDX_MODELS", str(copy))
    page = page.run()
    assert "1.0.1" in " ".join(one.value for one in page.markdown)
    assert "Unreliable map" not in text(page)
    assert button(page, "Check this heat map")
