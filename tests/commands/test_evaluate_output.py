"""What an evaluation prints."""

import math

from meddx.commands.evaluate_output import print_evaluation
from meddx.evaluate.assessment import assess
from meddx.evaluate.subgroups import subgroups
from meddx.types import Refusal
from tests.evaluate.paired.systems import predictions
from tests.export.conftest import evaluation
from tests.pages.evaluate.states import TRUE, P


def printed(capsys, thresholds=(0.5, 0.5), positive="A", groups=None, column=None, **changes):
    of = predictions(P, TRUE, groups=groups, attributes={"sex": tuple("FMFMF")})
    by = subgroups(of, column, thresholds, True, metric="accuracy", label="A") if column else None
    facts = evaluation(
        predictions=of, assessment=assess(of, thresholds, True, positive=positive), titles={"A": "A", "B": "B"},
        threshold_origin="by hand", refused=dict.fromkeys(map(str, range(1234)), Refusal("x", "y")), **changes,
    )  # fmt: skip
    print_evaluation(facts, by)
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]


def test_cases_patients_and_the_label_of_interest_come_first(capsys):
    lines = printed(capsys, groups=["p", "p", "q", "r", "s"])
    assert lines[0] == "5 cases of 4 patients, 1,234 refused; value (95 % interval)"
    assert lines[1].startswith("A at threshold 0.500: ")
    assert "Sensitivity (recall) 0.333 (" in lines[1]  # one of three
    assert "cases with the label 3 of 5 2 of 5" in lines
    assert "threshold 0.500 0.500" in lines
    assert "Thresholds: by hand." in lines
    assert printed(capsys)[0] == "5 cases, 1,234 refused; value (95 % interval)"


def test_the_matrix_counts_true_labels_in_rows(capsys):
    lines = printed(capsys)
    at = next(row for row, line in enumerate(lines) if line.startswith("All labels: the most probable label"))
    assert lines[at + 1 : at + 4] == ["A B", "A 1 2", "B 1 1"]


def test_a_missing_threshold_is_none_and_its_reason_is_a_footnote(capsys):
    lines = printed(capsys, thresholds=(math.nan, 0.5), positive="B")
    assert "threshold none 0.500" in lines
    assert "* Not defined: no threshold is stated (--threshold LABEL=VALUE states one)." in lines


def test_groups_have_a_row_each(capsys):
    lines = printed(capsys, column="sex")
    assert any(line.startswith("F 3 0.333 (") for line in lines)  # of a, c and e only a is right
    assert any(line.startswith("M 2 0.500 (") for line in lines)
