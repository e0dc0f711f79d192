"""The table of cases: true label, prediction, probabilities and attributes."""

import numpy as np

from pages.ui.common.language.language import drawn_in
from pages.ui.evaluate import case_list, case_selection
from tests.pages.evaluate.states import state


def test_the_table_lists_what_is_true_what_was_called_and_what_is_known():
    of = state()
    table = case_list.case_table(of, case_selection.confident_errors(of)).to_pylist()
    assert table[0] == {
        "case": "e", "true": "Ill", "predicted": "Well", "p ILL": 0.05, "p WELL": 0.95, "attribute sex": "F",
    }  # fmt: skip
    assert [row["case"] for row in table] == ["e", "b", "c"]


def test_attributes_of_one_translation_are_columns_of_their_own():
    of = state(attributes={"sex": tuple("FMFMF"), "性别": tuple("MFMFM"), "Case": tuple("12345")})
    with drawn_in("zh_CN"):
        table = case_list.case_table(of, case_selection.confident_errors(of))
        titles = case_list.column_titles(of)
    assert [titles[name] for name in table.column_names] == [
        "病例", "真实", "预测值", "p Ill", "p Well", "性别", "性别", "Case",
    ]  # fmt: skip


def test_independent_labels_are_predicted_at_their_thresholds():
    of = state(exclusive=False, thresholds=(0.5, 0.85), true=np.zeros((5, 2), bool))
    assert [case_list.predicted_titles(of, row) for row in range(5)] == ["Ill", "none", "Ill", "none", "Well"]
    assert case_list.true_titles(of, 0) == "none"
