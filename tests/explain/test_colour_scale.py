"""Where the colours of each method's maps end, by the rule that its row in the registry names."""

import numpy as np
import pytest

from meddx.explain.colour_scale import WEAKEST_EVIDENCE, colour_scale, shows_evidence
from meddx.explain.map_record import MapRecord
from meddx.explain.methods import METHODS
from meddx.model.card import read_card
from meddx.types import Explanation, Placement
from tests.explain.test_map_record import record
from tests.untrained import write_model

CARD, MEASURED = 0.1, 1.5
"""Scales of the card and of the record."""


@pytest.fixture(scope="module")
def card(tmp_path_factory):
    found = read_card(write_model(tmp_path_factory.mktemp("models")) / "card.toml")
    assert found.explained.heatmap_scale == CARD
    return found


def recorded(card, **row):
    """The record of one method beside Grad-CAM, which the record recommends."""
    rows = [{"name": "grad-cam", "title": "Grad-CAM", **(row if row["name"] == "grad-cam" else {})}]
    rows += [] if row["name"] == "grad-cam" else [{"title": "Other", **row}]
    return MapRecord.model_validate(record(card, methods=rows, measured=[]))


@pytest.mark.parametrize("method", METHODS)
def test_a_method_ends_at_its_own_scale_or_the_cards_or_has_none(method, card):
    with_scale, without = recorded(card, name=method, scale=MEASURED), recorded(card, name=method)
    of_another = recorded(card, name="tf-keras-vis")
    expected = {
        "card": (CARD, CARD, CARD),  # the maps that come with the prediction are drawn alike, record or not
        "measured or card": (MEASURED, CARD, CARD),
        "measured": (MEASURED, None, None),
        "none": (None, None, None),
    }
    found = tuple(colour_scale(method, card, one) for one in (with_scale, without, None))
    assert found == expected[METHODS[method].scale]
    assert colour_scale(method, card, of_another) == found[2]


@pytest.mark.parametrize(
    ("strongest", "scale", "shows"),
    [
        (2 * WEAKEST_EVIDENCE * MEASURED, MEASURED, True), (0.5 * WEAKEST_EVIDENCE * MEASURED, MEASURED, False),
        (1e-6, None, True), (0.0, None, False), (-1.0, MEASURED, False),
    ],
)  # fmt: skip
def test_evidence_is_what_is_strong_enough_on_the_scale_or_anything_without_one(strongest, scale, shows):
    maps = {"NODULE": np.array([[strongest, -2.0]], np.float32), "EFFUSION": np.array([[5.0]], np.float32)}
    one = Explanation("untrained", "1.0.0", "hires-cam", maps, "logit", True, scale, Placement(0, 0, 1, 1))
    assert shows_evidence(one, "NODULE") is shows
