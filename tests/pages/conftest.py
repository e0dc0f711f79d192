"""The pages with a fake engine behind them."""

import pytest

from meddx.engine import local
from meddx.model.card import read_card
from tests.pages.fake import FakeEngine


@pytest.fixture
def engine(monkeypatch):
    fake = FakeEngine()
    monkeypatch.setattr(local, "engine", lambda: fake)
    return fake


@pytest.fixture(scope="session")
def card(untrained_models):
    """Labels NORMAL, EFFUSION and NODULE, thresholds 0.5."""
    return read_card(untrained_models / "untrained" / "card.toml")
