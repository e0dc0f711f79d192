"""Systems asked together."""

import numpy as np

from meddx.evaluate.operating_point import youden_threshold
from meddx.evaluate.paired.consensus import majority_vote, mean_probability
from tests.evaluate.paired.systems import system

T = [[1, 0], [0, 1]]


def test_mean_with_thresholds_from_validation():
    one, other = system("one", [[0.8, 0.2], [0.4, 0.6]], T), system("other", [[0.6, 0.4], [0.2, 0.8]], T)
    found = mean_probability([one, other])
    assert found.predictions.probabilities.tolist() == [[0.7, 0.30000000000000004], [0.30000000000000004, 0.7]]
    assert (found.thresholds, found.scored) == ((0.5, 0.5), True)
    chosen = mean_probability([one, other], [one, other])
    assert chosen.thresholds[0] == youden_threshold(np.array([0.7, 0.3]), np.array([True, False]))


def test_most_of_three_and_the_tie_of_two():
    p = [[[0.6], [0.2]], [[0.7], [0.9]], [[0.1], [0.8]]]
    three = [system(str(at), one, [[1], [0]]) for at, one in enumerate(p)]
    assert majority_vote(three).calls.tolist() == [[True], [True]]
    assert majority_vote(three[:2]).calls.tolist() == [[True], [True]]  # 0.65 and 0.55 on average
    assert not majority_vote(three).scored


def test_exclusive_majority_calls_one_label():
    votes = [[[0.5, 0.3, 0.2]], [[0.2, 0.45, 0.35]], [[0.2, 0.45, 0.35]]]
    three = [system(str(at), one, [[0, 1, 0]], exclusive=True) for at, one in enumerate(votes)]
    assert majority_vote(three).predictions.probabilities.tolist() == [[0, 1, 0]]
    assert majority_vote(three[:2]).predictions.probabilities.tolist() == [[0, 1, 0]]  # one vote each: 0.375 beats 0.35


def test_cost_is_the_sum_and_unknown_where_one_is():
    one = system("one", [[0.5]], [[1]])
    assert mean_probability([one, system("other", [[0.5]], [[1]])]).parameters is None
