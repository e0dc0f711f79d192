"""Methods beside models."""

from meddx.model.card import read_card
from pages.ui.explain import all_models
from tests.pages.explain.records import measured


def test_methods_stand_beside_models_with_what_is_shown_first_framed(small, tmp_path):
    numbers = (
        measured("grad-cam", "faithfulness", 0.3, 0.2, 0.4),
        measured("centre", "faithfulness", -0.001, -0.1, 0.1),
    )
    card = read_card(tmp_path / "small" / "card.toml")
    [grid] = all_models.method_grids([(card, small.model_copy(update={"measured": numbers}))])
    assert 'class="chosen" title="0.30 (0.20 to 0.40), n 40"' in grid
    assert ">0.00</td>" in grid  # never -0.00
    assert card.title in all_models.default_methods([(card, small)])
