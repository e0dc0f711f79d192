"""A model that takes age, sex, whether one smokes, and a note."""

import pytest

from meddx.model.card import read_card
from tests.fused import write_fused


@pytest.fixture(scope="session")
def fused_models(tmp_path_factory):
    models = tmp_path_factory.mktemp("fused-models")
    write_fused(models)
    return models


@pytest.fixture(scope="session")
def fused(fused_models):
    return read_card(fused_models / "fused" / "card.toml")
