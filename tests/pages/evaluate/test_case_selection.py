"""Which cases a click means, counted by hand."""

import numpy as np
import pytest

from pages.ui.evaluate import case_selection
from tests.pages.evaluate.states import state


def test_exclusive_errors_are_those_whose_most_probable_label_is_wrong_the_surest_first():
    assert list(case_selection.confident_errors(state()).rows) == [4, 1, 2]  # at .95, .8 and .6


def test_independent_labels_err_where_a_threshold_says_otherwise():
    both = np.array([[1, 1], [0, 1], [0, 0], [0, 1], [0, 1]], bool)
    # a: WELL is true and not called, off by .9; c: ILL is called and not true, off by .6.
    assert list(case_selection.confident_errors(state(exclusive=False, true=both)).rows) == [0, 2]


@pytest.mark.parametrize(("row", "column", "expected"), [(0, 0, [0]), (0, 1, [4, 1]), (1, 0, [2]), (1, 1, [3])])
def test_a_cell_holds_its_cases_the_surest_first(row, column, expected):
    assert list(case_selection.cases_in_matrix_cell(state(), "ILL", row, column).rows) == expected


def test_a_cell_follows_the_threshold_that_the_reader_set():
    moved = state()
    moved.thresholds["ILL"] = 0.25
    assert list(case_selection.cases_in_matrix_cell(moved, "ILL", 1, 0).rows) == [2, 3]


def test_a_pair_of_labels_and_a_point_of_a_curve():
    assert list(case_selection.cases_of_label_pair(state(), 0, 1).rows) == [4, 1]
    assert list(case_selection.cases_at_score(state(), "WELL", 0.7).rows) == [3]
