"""The table of cases: true label, prediction, probabilities and attributes."""

import numpy as np

from pages.ui.evaluate import case_list, case_selection
from tests.pages.evaluate.states import state


def test_the_table_lists_what_is_true_what_was_called_and_what_is_known():
    of = state()
    table = case_list.case_table(of, case_selection.confident_errors(of)).to_pylist()
    assert table[0] == {"Case": "e", "True": "Ill", "Predicted": "Well", "p Ill": 0.05, "p Well": 0.95, "sex": "F"}
    assert [row["Case"] for row in table] == ["e", "b", "c"]


def test_independent_labels_are_predicted_at_their_thresholds():
    of = state(exclusive=False, thresholds=(0.5, 0.85), true=np.zeros((5, 2), bool))
    assert [case_list.predicted_titles(of, row) for row in range(5)] == ["Ill", "none", "Ill", "none", "Well"]
    assert case_list.true_titles(of, 0) == "none"
