"""A small record of heat maps."""

import pytest

from meddx.explain.map_record import RECORD_FILE, read_record
from meddx.install.card_file import as_toml
from meddx.model.card import read_card
from tests.explain.test_map_record import record
from tests.untrained import write_model


@pytest.fixture
def small(tmp_path):
    folder = write_model(tmp_path, "small")
    card = read_card(folder / "card.toml")
    (folder / RECORD_FILE).write_text(as_toml(record(card)))
    return read_record(folder, card)
