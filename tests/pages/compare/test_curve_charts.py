"""The operating point of a system, counted by hand."""

import pytest

from pages.ui.compare.curve_charts import operating_point
from tests.evaluate.paired.systems import system

TRUE = [[1, 0], [1, 0], [0, 1], [0, 1]]


def test_rates_at_the_own_threshold():
    one = system("a", [[0.9, 0.1], [0.4, 0.6], [0.7, 0.3], [0.1, 0.9]], TRUE, labels=["ill", "well"])
    assert operating_point(one, 0) == (0.5, 0.5, 0.5)


def test_without_positive_predictions_there_is_no_ppv():
    none = system("a", [[0.1, 0.9]] * 4, TRUE, labels=["ill", "well"])
    assert operating_point(none, 0) == (pytest.approx(0), pytest.approx(0), None)
