"""What is true of every case."""

import numpy as np
import pytest

from meddx.errors import Refused
from meddx.evaluate.external_predictions.score_finder import ScoreColumns
from meddx.evaluate.external_predictions.truth import different, named_truth, split, targets_by_column, targets_by_name
from tests.evaluate.external_predictions.test_source import source_of

TWO = ScoreColumns({"ill": "a", "weak": "b"})


def targets(*values, independent=False):
    found, one_each = targets_by_name(values, TWO, "label", np.arange(1, len(values) + 1), independent=independent)
    return found.astype(int).tolist(), one_each


def test_names_are_brought_to_labels_and_whole_numbers_lose_their_point(tmp_path):
    table = source_of(tmp_path, "case,label,a\n1,1.0,.5\n2,ILL,.5\n3,1.5,.5\n4,,.5\n").table
    assert named_truth(table, "label", {"1": "ill", "ill": "ill"}) == ("ill", "ill", "1.5", None)
    assert different(["Ill", "well", None, "ill"]) == ("Ill", "well")


def test_several_names_in_one_text_are_several_labels_only_where_all_are_known():
    assert split(["a;B", "a|b", "a;x", "b", "", None], ["A", "b"]) == [
        ("a", "B"), ("a", "b"), ("a;x",), ("b",), (), None,
    ]  # fmt: skip


def test_targets_by_name_say_whether_each_case_has_one():
    assert targets("ill", "Weak", "ill") == ([[1, 0], [0, 1], [1, 0]], True)
    assert targets("ill;weak", "No finding") == ([[1, 1], [0, 0]], False)
    assert targets("weak", "normal", independent=True)[0] == [[0, 1], [0, 0]]


def test_a_name_that_is_no_label_is_refused_and_so_is_nothing_found_where_labels_exclude_each_other():
    for name in ("other disease", "normal"):
        with pytest.raises(Refused, match=r"Row 2, column 'label': it is none of the labels .*, ill, weak"):
            targets("ill", name)


def test_minus_one_is_absent_beside_one_and_uncertain_beside_zero(tmp_path):
    def by_column(*values):
        rows = "".join(f"{case},{value},.5\n" for case, value in enumerate(values))
        return targets_by_column(source_of(tmp_path, "case,true:ill,ill\n" + rows).table, {"ill": "true:ill"})

    assert by_column("1", "-1").tolist() == [[True], [False]]
    assert by_column("yes", "NO").tolist() == [[True], [False]]
    with pytest.raises(Refused, match="Row 3, column 'true:ill': it must be 1 or 0"):
        by_column("1", "0", "-1")
