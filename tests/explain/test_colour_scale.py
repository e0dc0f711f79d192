"""Which scale a map is drawn on."""

from meddx.explain.colour_scale import colour_scale
from meddx.explain.map_record import MapRecord
from meddx.model.card import read_card
from tests.explain.test_map_record import record
from tests.untrained import write_model


def test_a_measured_scale_wins_and_relative_methods_have_none(tmp_path):
    card = read_card(write_model(tmp_path) / "card.toml")
    rows = [
        {"name": "grad-cam", "title": "Grad-CAM", "scale": 0.25},
        {"name": "occlusion", "title": "Occlusion", "scale": 1.5},
        {"name": "gradients", "title": "Gradients", "scale": 3.0},
        {"name": "hires-cam", "title": "HiResCAM"},
    ]
    measured = MapRecord.model_validate(record(card, methods=rows, measured=[]))
    assert colour_scale("occlusion", card, measured) == 1.5
    assert colour_scale("occlusion", card, None) is None
    assert colour_scale("gradients", card, measured) is None
    assert colour_scale("hires-cam", card, measured) == card.explained.heatmap_scale
    assert colour_scale("grad-cam", card, measured) == card.explained.heatmap_scale  # as the prediction's own map
