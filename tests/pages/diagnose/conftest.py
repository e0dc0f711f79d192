"""The Diagnose page, opened by an address."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.test_diagnose import NAVIGATION
from tests.patience import SECONDS


@pytest.fixture
def visit(engine, untrained_models, monkeypatch):
    """Open the page with these query parameters."""
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))

    def open_page(**parameters):
        page = AppTest.from_file(str(NAVIGATION), default_timeout=SECONDS)
        for name, value in parameters.items():
            page.query_params[name] = value
        return page.run()

    return open_page
