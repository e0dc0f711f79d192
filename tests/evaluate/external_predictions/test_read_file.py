import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from meddx.config import ROOT
from meddx.errors import Refused
from meddx.evaluate.external_predictions import Reading, read
from meddx.evaluate.predictions import read_predictions


def csv(tmp_path, text):
    path = tmp_path / "scores.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("header", "encoding"),
    [("Fall;Befund;Wahrscheinlichkeit", "cp1252"), ("cas;diagnostic;probabilité", "cp1252"),
     ("caso;diagnóstico;probabilidad", "utf-8-sig"), ("случай;диагноз;вероятность", "utf-16"),
     ("症例;診断;確率", "utf-8")],
)  # fmt: skip
def test_a_table_of_another_language(tmp_path, header, encoding):
    path = tmp_path / "scores.csv"
    path.write_bytes(f"{header}\r\n1;WAHR;,75\r\n2;FALSCH;,25\r\n3;WAHR;1,5E-01\r\n".encode(encoding))
    predictions = read(path).predictions
    assert predictions.cases == ("1", "2", "3")
    assert predictions.targets.ravel().tolist() == [True, False, True]
    assert predictions.probabilities.ravel().tolist() == [0.75, 0.25, 0.15]


def test_one_true_label_a_case(tmp_path):
    text = "case,label,a,b,c,patient,sex,reader:Dr X\n007,a,.7,.2,.1,p1,F,a\n8,B,.1,.8,.1,p1,,\n9,a,.3,.3,.4,p2,M,c\n"
    found = read(csv(tmp_path, text))
    predictions = found.predictions
    assert (found.exclusive, found.thresholds) == (True, (0.5, 0.5, 0.5))
    assert predictions.labels == ("a", "b", "c")
    assert predictions.cases == ("007", "8", "9")
    assert predictions.groups == ("p1", "p1", "p2")
    assert predictions.targets.argmax(axis=1).tolist() == [0, 1, 0]
    assert predictions.probabilities[2].tolist() == [0.3, 0.3, 0.4]
    assert predictions.attributes == {"sex": ("F", None, "M")}
    assert found.readers == {"Dr X": ("a", None, "c")}


def test_any_number_of_true_labels_a_case_in_parquet(tmp_path):
    columns = {"case": [1, 2], "true:x": [True, False], "true:y": [1, 0], "x": [0.9, 0.2], "y": [0.8, 0.1]}
    pq.write_table(pa.table(columns), tmp_path / "scores.parquet")
    found = read(tmp_path / "scores.parquet")
    assert found.exclusive is False
    assert found.predictions.cases == ("1", "2")
    assert found.predictions.targets.tolist() == [[True, True], [False, False]]


def test_names_that_differ_are_mapped(tmp_path):
    path = csv(tmp_path, "case,label,a,b\n1,ill,.7,.3\n2,sick,.6,.4\n3,b,.1,.9\n")
    assert read(path, Reading(names={"ILL": "a", "sick": "a"})).predictions.targets[:, 0].tolist() == [
        True,
        True,
        False,
    ]


def test_recorded_predictions_of_meddx_are_read_as_they_are():
    path = ROOT / "models/chest-plain-cnn/predictions-test.parquet"
    found = read(path)
    assert found.exclusive
    assert np.array_equal(found.predictions.probabilities, read_predictions(path).probabilities)


@pytest.mark.parametrize(
    ("text", "rule", "said"),
    [
        ("label,a,b\na,.5,.5\n", "missing-column", "'case'"),
        ("case,a,b\n1,.5,.5\n", "missing-column", "'label'"),
        ("case,label,a,b\n", "empty-file", "no rows"),
        ("case,label,a,b\n1,a,.5,.5\n1,b,.5,.5\n", "case-twice", "Row 2, column 'case'"),
        ("case,label,a,b\n1,a,.5,.5\n2,b,1.5,-.5\n", "not-a-probability", "Row 2, column 'a'"),
        ("case,label,a,b\n1,a,.5,.5\n2,b,.5,nan\n", "empty-value", "Row 2, column 'b'"),
        ("case,label,a,b\n1,a,.5,.5\n2,b,inf,.5\n", "not-a-number", "Row 2, column 'a'"),
        ("case,label,a,b\n1,a,.5,.5\n2,b,,.5\n", "empty-value", "Row 2, column 'a'"),
        ("case,label,a,b\n1,a,.5,.5\n2,b,high,.5\n", "not-a-number", "Row 2, column 'a'"),
        ("case,label,a,b\n1,a,.5,.5\n2,b,.5,.6\n", "not-one", "Row 2"),
        ("case,label,a,b\n1,a,.5,.5\n2,z,.5,.5\n", "unknown-label", "Row 2, column 'label'"),
        ("case,label,a,b\n1,a,.5,.5\n2,,.5,.5\n", "empty-value", "Row 2, column 'label'"),
        ("case,true:a,a\n1,1,.5\n2,maybe,.5\n", "unknown-value", "Row 2, column 'true:a'"),
        ("case,true:a,b\n1,1,.5\n", "missing-column", "'a'"),
        ("case,label,a,b,reader:R\n1,a,.5,.5,q\n", "unknown-label", "Row 1, column 'reader:R'"),
        ("case,label,a,a\n1,a,.5,.5\n", "column-twice", "'a'"),
        ("case,label,a,b\n1,a,.5\n", "unreadable-file", "table"),
    ],
)
def test_a_fault_is_named_by_row_and_column_and_not_repeated(tmp_path, text, rule, said):
    with pytest.raises(Refused, match=said) as refused:
        read(csv(tmp_path, text))
    assert refused.value.rule == rule
    assert "high" not in refused.value.reason


@pytest.mark.parametrize("odd", ["<0.01", "inf", "n. d.", "2026-01-03"])
def test_a_score_that_is_no_number_is_refused_by_its_row_and_no_other_column_is_taken(tmp_path, odd):
    rows = [f"{at},{at % 2},{odd if at == 3 else at / 10},{at + 40}.5" for at in range(9)]
    with pytest.raises(Refused, match=r"Row 4, column 'score': it must be a number") as refused:
        read(csv(tmp_path, "\n".join(["case,label,score,size_mm", *rows])))
    assert odd not in refused.value.reason


@pytest.mark.parametrize(("one", "none"), [("1,0", "0,0"), ("1.00", "0.00"), ("1,000", "0,000")])
def test_ones_and_zeros_with_decimals_are_ones_and_zeros(tmp_path, one, none):
    rows = [f"{at};{one if at % 3 == 0 else none};0,{at}" for at in range(1, 9)]
    found = read(csv(tmp_path, "\n".join(["case;label;score", *rows]))).predictions
    assert found.targets.ravel().tolist() == [at % 3 == 0 for at in range(1, 9)]


def test_a_workbook_with_a_password_is_said_to_be_one(tmp_path):
    path = tmp_path / "scores.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(Refused, match="password"):
        read(path)


def test_a_name_of_several_lines_can_be_typed(tmp_path):
    rows = [f"{at},{at % 2},0.{at}" for at in range(1, 9)]
    path = csv(tmp_path, "\n".join(['case,"Label\n(reference)",score', *rows]))
    assert len(read(path, Reading(columns={"label": "Label (reference)"})).predictions) == 8
