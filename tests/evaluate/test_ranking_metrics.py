"""Ranking metrics of four cases, by hand."""

import numpy as np
import pytest

from meddx.evaluate.influence_functions import RankedScores
from meddx.evaluate.ranking_metrics import auroc, average_precision

RANKED = RankedScores(np.array([0.9, 0.8, 0.7, 0.1]), np.array([True, False, True, False]))
TIED = RankedScores(np.full(4, 0.5), RANKED.positive)
FOUR = np.arange(4)


def test_the_area_is_the_share_of_pairs_in_order_with_delongs_variance():
    found = auroc(RANKED, FOUR)
    assert found.value == pytest.approx(3 / 4)
    # The positives stand above 2 and 1 of 2 negatives, the negatives below 1 and 2 of 2: sample variance 1/8 each.
    assert found.of_case @ found.of_case == pytest.approx(1 / 8 / 2 + 1 / 8 / 2)


def test_average_precision_is_the_mean_precision_at_the_positives():
    found = average_precision(RANKED, FOUR)
    assert found.value == pytest.approx((1 + 2 / 3) / 2)
    assert found.of_case.sum() == pytest.approx(0)


def test_equal_scores_rank_nothing():
    assert auroc(TIED, FOUR).value == 0.5
    assert average_precision(TIED, FOUR).value == 0.5  # the prevalence


def test_a_perfect_order_has_no_error():
    perfect = RankedScores(RANKED.scores, np.array([True, True, False, False]))
    for metric in (auroc, average_precision):
        found = metric(perfect, FOUR)
        assert found.value == 1
        assert found.of_case == pytest.approx(np.zeros(4))
