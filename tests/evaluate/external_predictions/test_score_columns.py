"""Which columns are the scores, and of what; what is open is asked, and the option that is named works."""

import numpy as np
import pytest

from meddx.errors import Refused
from tests.evaluate.external_predictions.files import AUROC, CASES, ILL, NAMES, N, P, area, lines, read_text

BINARY = ILL.astype(int)


def one(column, truth, label="label"):
    return lines(("case", label, column), lambda i: (CASES[i], truth[i], P[i]))


@pytest.mark.parametrize(
    "words", [("0", "1"), ("-1", "1"), ("FALSE", "True"), ("no", "Yes"), ("negative", "positive"), ("0.0", "1.0")]
)
@pytest.mark.parametrize(
    ("column", "label"),
    [("score", "positive"), ("y_prob", "positive"), ("pneumonia", "pneumonia"), ("prob_pneumonia", "pneumonia")],
)
def test_one_score_with_a_truth_of_two_values(tmp_path, words, column, label):
    found = read_text(tmp_path, one(column, [words[ill] for ill in BINARY]))
    assert (found.predictions.labels, found.exclusive) == ((label,), False)
    assert area(found, label) == pytest.approx(AUROC)


@pytest.mark.parametrize(
    "column",
    [
        "pneumonia",
        "Pneumonia",
        "prob_pneumonia",
        "P(pneumonia)",
        "pneumonia_score",
        "probability:pneumonia",
        "pneumonia probability",
    ],
)
def test_one_score_named_as_one_of_two_names_is_its_score(tmp_path, column):
    found = read_text(tmp_path, one(column, NAMES))
    assert found.predictions.labels[0].casefold() == "pneumonia"
    assert area(found, found.predictions.labels[0]) == pytest.approx(AUROC)
    assert (found.columns["with_label"], found.columns["without_label"]) == (["pneumonia"], ["normal"])


def test_one_score_without_a_name_and_a_truth_of_names_is_asked_about(tmp_path):
    text = one("score", NAMES)
    with pytest.raises(Refused, match="--positive normal or --positive pneumonia") as refused:
        read_text(tmp_path, text)
    assert "--map" not in refused.value.reason
    assert area(read_text(tmp_path, text, positive=("pneumonia",))) == pytest.approx(AUROC)
    assert area(read_text(tmp_path, text, positive=("normal",)), "normal") == pytest.approx(1 - AUROC)
    turned = read_text(tmp_path, text, positive=("normal",), reverse=True)
    assert area(turned, "normal") == pytest.approx(AUROC)


def test_grades_with_one_score_are_asked_about_and_several_may_count(tmp_path):
    grades = [2 + index % 2 if ill else index % 2 for index, ill in enumerate(ILL)]
    text = one("score", grades)
    with pytest.raises(Refused, match="--positive"):
        read_text(tmp_path, text)
    assert area(read_text(tmp_path, text, positive=("2", "3")), "2") == pytest.approx(AUROC)


def test_a_third_name_beside_one_score_is_asked_about_not_counted_as_without(tmp_path):
    names = ["pneumona" if index in (3, 4) else name for index, name in enumerate(NAMES)]
    text = one("pneumonia", names)
    with pytest.raises(
        Refused, match=r"holds normal, pneumona, pneumonia;.*--positive pneumonia.*--map NAME=pneumonia"
    ):
        read_text(tmp_path, text)
    assert len(read_text(tmp_path, text, positive=("pneumonia",)).predictions) == N
    mapped = read_text(tmp_path, text, names={"pneumona": "pneumonia"})
    assert mapped.predictions.targets[[3, 4], 0].all()


def test_a_score_that_bears_one_name_is_not_taken_for_another(tmp_path):
    with pytest.raises(Refused, match="bears the name of 'pneumonia'"):
        read_text(tmp_path, one("pneumonia", NAMES), positive=("normal",))


def test_remarks_in_the_truths_column_are_not_repeated(tmp_path):
    remarks = [f"Mrs Jones {index}" for index in range(N)]
    with pytest.raises(Refused) as refused:
        read_text(tmp_path, one("score", remarks))
    assert "Jones" not in refused.value.reason
    assert "60 different names" in refused.value.reason


def test_several_columns_of_numbers_are_asked_about(tmp_path):
    text = lines(("case", "label", "model_a", "model_b"), lambda i: (CASES[i], BINARY[i], P[i], P[i] / 2))
    with pytest.raises(Refused, match="--column score=model_a or --column score=model_b"):
        read_text(tmp_path, text)
    found = read_text(tmp_path, text, columns={"score": "model_a"})
    assert area(found, "model_a") == pytest.approx(AUROC)
    assert "model_b" in found.predictions.attributes


def test_facts_of_the_patient_are_no_scores(tmp_path):
    text = lines(("case", "label", "age", "BMI", "model"), lambda i: (CASES[i], BINARY[i], 30 + i, 20 + i, P[i]))
    assert read_text(tmp_path, text).columns["scores"] == {"model": "model"}


def test_numbers_for_classes_that_have_names_are_asked_about_with_the_command(tmp_path):
    text = lines(("case", "label", "normal", "pneumonia"), lambda i: (CASES[i], BINARY[i], f"{1 - P[i]:.4f}", P[i]))
    with pytest.raises(Refused, match="--map 0=normal --map 1=pneumonia"):
        read_text(tmp_path, text)
    assert area(read_text(tmp_path, text, names={"0": "normal", "1": "pneumonia"})) == pytest.approx(AUROC)


def test_numbered_columns_match_numbered_classes(tmp_path):
    text = lines(("filename", "target", "prob_0", "prob_1"), lambda i: (CASES[i], BINARY[i], f"{1 - P[i]:.4f}", P[i]))
    found = read_text(tmp_path, text)
    assert found.predictions.labels == ("0", "1")
    assert area(found, "1") == pytest.approx(AUROC)
    assert found.positive == "1"


def test_truth_as_ones_and_zeros_beside_the_scores(tmp_path):
    words = {False: ("FALSE", "false", "0"), True: ("TRUE", "True", "1")}
    text = lines(
        ("case", "normal", "pneumonia", "prob_normal", "prob_pneumonia"),
        lambda i: (CASES[i], words[not ILL[i]][i % 3], words[bool(ILL[i])][i % 3], f"{1 - P[i]:.4f}", P[i]),
    )
    found = read_text(tmp_path, text)
    assert found.exclusive
    assert area(found) == pytest.approx(AUROC)


def test_several_names_of_one_case_are_taken_apart_and_no_finding_is_none(tmp_path):
    truth = ["pneumonia|effusion" if ill and i % 2 else NAMES[i] for i, ill in enumerate(ILL)]
    truth = ["No Finding" if name == "normal" else name for name in truth]
    text = lines(("Image Index", "Finding Labels", "pneumonia", "effusion"), lambda i: (CASES[i], truth[i], P[i], P[i]))
    found = read_text(tmp_path, text)
    assert not found.exclusive
    assert found.predictions.targets[:, 0].tolist() == ILL.tolist()
    assert found.predictions.targets[:, 1].sum() == sum("effusion" in name for name in truth)


def test_classes_that_no_case_has_are_columns_named_alike_or_that_complete_the_sum(tmp_path):
    for names in (("prob_a", "prob_b", "prob_c"), ("a", "b", "c")):
        text = lines(("case", "label", *names), lambda i: (CASES[i], "ab"[i % 2], 0.2, 0.3, 0.5))
        assert read_text(tmp_path, text).predictions.labels == ("a", "b", "c")


def test_a_truth_column_and_a_score_of_another_name_are_asked_about(tmp_path):
    text = lines(("case", "true:a", "b"), lambda i: (CASES[i], BINARY[i], P[i]))
    with pytest.raises(Refused, match="--column score=b"):
        read_text(tmp_path, text)
    assert area(read_text(tmp_path, text, columns={"score": "b"}), "a") == pytest.approx(AUROC)
    generic = lines(("case", "true:a", "score"), lambda i: (CASES[i], BINARY[i], P[i]))
    assert area(read_text(tmp_path, generic), "a") == pytest.approx(AUROC)


def test_an_uncertain_truth_is_a_fault(tmp_path):
    text = lines(("case", "true:a", "a"), lambda i: (CASES[i], -1 if i == 4 else BINARY[i], P[i]))
    with pytest.raises(Refused, match="Row 5, column 'true:a'"):
        read_text(tmp_path, text)


def test_capitals_and_synonyms_give_the_same_numbers(tmp_path):
    text = lines(("Case", "DX", "NORMAL", "Pneumonia"), lambda i: (CASES[i], NAMES[i], f"{1 - P[i]:.4f}", P[i]))
    found = read_text(tmp_path, text)
    np.testing.assert_allclose(found.predictions.probabilities[:, 1], P)
    assert found.positive == "Pneumonia"


def test_a_call_beside_a_score_is_not_the_score(tmp_path):
    text = lines(("case", "y_true", "y_pred", "y_prob"), lambda i: (CASES[i], BINARY[i], int(P[i] > 0.5), P[i]))
    found = read_text(tmp_path, text)
    assert found.columns["scores"] == {"positive": "y_prob"}
    assert area(found, "positive") == pytest.approx(AUROC)


@pytest.mark.parametrize("names", [("0", "1"), ("normal", "pneumonia")])
def test_confidence_in_whatever_is_called_is_not_taken_for_a_score(tmp_path, names):
    def row(i):
        return CASES[i], names[BINARY[i]], names[int(P[i] > 0.5)], max(P[i], round(1 - P[i], 4))

    text = lines(("case", "label", "prediction", "confidence"), row)
    with pytest.raises(Refused, match="confidence in the class that column 'prediction' names"):
        read_text(tmp_path, text, positive=(names[1],))
    told = read_text(tmp_path, text, positive=(names[1],), columns={"score": "confidence"})
    assert told.columns["scores"] == {names[1]: "confidence"}
