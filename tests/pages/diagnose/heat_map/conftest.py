"""The Diagnose page with one untrained model, in a folder that a test may change."""

import shutil

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.test_diagnose import NAVIGATION
from tests.patience import SECONDS


@pytest.fixture
def models(untrained_models, tmp_path, monkeypatch):
    shutil.copytree(untrained_models / "untrained", tmp_path / "untrained")
    monkeypatch.setenv("MEDDX_MODELS", str(tmp_path))
    return tmp_path


@pytest.fixture
def page(engine, models):
    return AppTest.from_file(str(NAVIGATION), default_timeout=SECONDS).run()
