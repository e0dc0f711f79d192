import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from meddx.install.label_order import auroc_or_half, label_order

TRUTH = np.eye(3, dtype=bool)[np.arange(90) % 3]


def scores(seed=0):
    generator = np.random.default_rng(seed)
    return generator.normal(size=(90, 3)) + 2 * TRUTH


def test_the_area_is_that_of_scikit_learn_ties_included():
    values = np.round(scores(), 1)[:, 0]
    assert auroc_or_half(values, TRUTH[:, 0]) == pytest.approx(roc_auc_score(TRUTH[:, 0], values))
    assert auroc_or_half(values, np.ones(90, bool)) == 0.5
    assert auroc_or_half(np.full(90, np.nan), TRUTH[:, 0]) == 0.5


def test_the_right_order_is_not_called_swapped():
    order = label_order(scores(), TRUTH)
    assert order.order == (0, 1, 2)
    assert not order.looks_swapped


def test_turned_labels_are_found_with_their_order():
    order = label_order(scores()[:, [2, 0, 1]], TRUTH)
    assert order.order == (1, 2, 0)
    assert order.looks_swapped
    assert order.best > 0.85 > order.auroc


def test_chance_is_not_called_swapped():
    order = label_order(np.random.default_rng(1).normal(size=(3000, 3)), np.eye(3, dtype=bool)[np.arange(3000) % 3])
    assert not order.looks_swapped
