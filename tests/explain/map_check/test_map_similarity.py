import numpy as np
import pytest

from meddx.explain.map_check.map_similarity import COMPARISON_GRID, on_grid, similarity
from meddx.types import Placement

WHOLE = Placement(0, 0, 1, 1)


def test_order_alone_counts():
    one = np.random.default_rng(0).random((COMPARISON_GRID, COMPARISON_GRID), np.float32)
    assert similarity(one, one**3 + 7) == pytest.approx(1)
    assert similarity(one, -one) == pytest.approx(-1)
    assert abs(similarity(one, np.random.default_rng(1).random((COMPARISON_GRID, COMPARISON_GRID), np.float32))) < 0.1


def test_a_flat_map_is_like_none():
    assert (
        similarity(np.ones((COMPARISON_GRID, COMPARISON_GRID), np.float32), np.eye(COMPARISON_GRID, dtype=np.float32))
        == 0
    )


def test_ties_share_their_rank():
    """Spearman with ties, by hand: ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4 correlate at 4.5 / sqrt(4.5 * 5)."""
    assert similarity(np.array([0, 1, 1, 2.0]), np.array([0, 1, 2, 3.0])) == pytest.approx(4.5 / np.sqrt(22.5))


def test_a_fine_map_is_averaged_over_cells_and_a_coarse_one_keeps_its_places():
    fine = np.zeros((4 * COMPARISON_GRID, 4 * COMPARISON_GRID), np.float32)
    fine[4:8, 12:16] = 16
    cells = on_grid(fine, WHOLE)
    assert cells[1, 3] == pytest.approx(16, rel=0.3)
    assert cells.sum() == pytest.approx(16, rel=0.01)


def test_padding_is_left_out_and_what_speaks_against_counts_as_nothing():
    heatmap = np.zeros((10, 20), np.float32)
    heatmap[:, :5] = 9
    heatmap[:, 15:] = -9
    cells = on_grid(heatmap, Placement(0.5, 0, 1, 1))
    assert (cells == 0).all()
