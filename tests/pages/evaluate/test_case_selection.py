"""Which cases a click means, counted by hand."""

import numpy as np
import pytest

from meddx.evaluate.predictions import Predictions
from pages.ui.evaluate import case_list, case_selection
from pages.ui.evaluate.evaluated_system import EvaluatedSystem
from pages.ui.evaluate.page_state import PageState

P = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.3, 0.7], [0.05, 0.95]])
TRUE = np.array([[1, 0], [1, 0], [0, 1], [0, 1], [1, 0]], bool)


def state(exclusive=True, true=TRUE, thresholds=(0.5, 0.5)):
    names = tuple("abcde")
    predictions = Predictions(
        ("ILL", "WELL"), names, names, true, np.log(P).astype(np.float32), P, {"sex": tuple("FMFMF")}
    )
    return PageState(
        EvaluatedSystem(
            "key", "title", "cases", predictions, exclusive, {"ILL": "Ill", "WELL": "Well"}, thresholds, "hand"
        )
    )


def test_exclusive_errors_are_those_whose_most_probable_label_is_wrong_the_surest_first():
    assert list(case_selection.confident_errors(state()).rows) == [4, 1, 2]  # at .95, .8 and .6


def test_independent_labels_err_where_a_threshold_says_otherwise():
    both = np.array([[1, 1], [0, 1], [0, 0], [0, 1], [0, 1]], bool)
    # a: WELL is true and not called, off by .9; c: ILL is called and not true, off by .6.
    assert list(case_selection.confident_errors(state(exclusive=False, true=both)).rows) == [0, 2]


@pytest.mark.parametrize(("row", "column", "expected"), [(0, 0, [0]), (0, 1, [4, 1]), (1, 0, [2]), (1, 1, [3])])
def test_a_cell_holds_its_cases_the_surest_first(row, column, expected):
    assert list(case_selection.matrix_cell(state(), "ILL", row, column).rows) == expected


def test_a_cell_follows_the_threshold_that_the_reader_set():
    moved = state()
    moved.thresholds["ILL"] = 0.25
    assert list(case_selection.matrix_cell(moved, "ILL", 1, 0).rows) == [2, 3]


def test_a_pair_of_labels_and_a_point_of_a_curve():
    assert list(case_selection.label_pair(state(), 0, 1).rows) == [4, 1]
    assert list(case_selection.cases_at_score(state(), "WELL", 0.7).rows) == [3]


def test_the_table_lists_what_is_true_what_was_called_and_what_is_known():
    of = state()
    table = case_list.case_table(of, case_selection.confident_errors(of)).to_pylist()
    assert table[0] == {"Case": "e", "True": "Ill", "Called": "Well", "p Ill": 0.05, "p Well": 0.95, "sex": "F"}
    assert [row["Case"] for row in table] == ["e", "b", "c"]
