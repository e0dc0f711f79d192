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


def test_more_models_than_fit_beside_each_other_make_several_tables(small, tmp_path):
    card = read_card(tmp_path / "small" / "card.toml")
    record = small.model_copy(update={"measured": (measured("grad-cam", "faithfulness", 0.3, 0.2, 0.4),)})
    many = [(card.model_copy(update={"title": f"Model {one}"}), record) for one in range(all_models.MOST_COLUMNS + 1)]
    grids = all_models.method_grids(many)
    assert len(grids) == 2
    assert all(grid.count("Model ") <= all_models.MOST_COLUMNS for grid in grids)
    assert sum(grid.count("Model ") for grid in grids) == len(many)
