"""The job that searches what flips a finding, with a network whose answer is known."""

from types import SimpleNamespace

import numpy as np
import pytest

from meddx.engine.job_kinds import counterfactual
from meddx.engine.job_kinds.finding import Finding
from meddx.explain.counterfactual import GRID_CELLS
from meddx.model.registry import installed_card
from meddx.types import Placement

CELL = 4


@pytest.fixture
def searched(untrained_models, monkeypatch):
    """The job on a chessboard of which EFFUSION (column 1) needs the detail in cell (3, 12)."""
    rows, columns = np.indices((CELL * GRID_CELLS, CELL * GRID_CELLS))
    image = ((rows + columns) % 2).astype(np.float32)[..., np.newaxis]

    def logits(images):
        left = 2 * images[:, 3 * CELL : 4 * CELL, 12 * CELL : 13 * CELL, 0].std(axis=(1, 2))
        return np.stack([0 * left, 9 * (left - 0.3), 0 * left - 9], axis=1).astype(np.float32)

    loaded = SimpleNamespace(card=installed_card(untrained_models / "untrained"), network=None)
    monkeypatch.setattr(counterfactual, "_logits", lambda network: logits)
    seen = []

    def run(column):
        finding = Finding(loaded, image, Placement(0, 0, 1, 1), column)
        monkeypatch.setattr(counterfactual, "open_finding", lambda context, arguments: finding)
        return counterfactual.run(None, {}, lambda done, total, message="": seen.append((done, total, message))), seen

    return run


def test_the_one_cell_that_carries_the_finding_is_hidden(searched):
    found, seen = searched(1)
    assert (found.label, found.threshold, found.most) == ("EFFUSION", 0.5, 0.5)
    assert np.argwhere(found.hidden).tolist() == [[3, 12]]
    # Softmax of (0, 6.3, -9) at the card's temperature of 1.5.
    assert found.before == pytest.approx(1 / (1 + np.exp(-6.3 / 1.5) + np.exp(-15.3 / 1.5)), abs=1e-4)
    assert found.after < 0.5 < found.before
    assert seen[0] == (0, 0, "Looking for the smallest part that matters")
    assert len(seen) > 1


def test_a_label_that_nothing_flips_hides_nothing(searched):
    found, _ = searched(2)
    assert found.label == "NODULE"
    assert not found.hidden.any()
    assert found.before < 0.01
