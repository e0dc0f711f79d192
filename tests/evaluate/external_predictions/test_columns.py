"""Columns by any of their names; what is open is asked."""

import pytest

from meddx.errors import Refused
from tests.evaluate.external_predictions.files import (
    AUROC,
    CASES,
    ILL,
    NAMES,
    N,
    P,
    area,
    lines,
    read_text,
    two_columns,
)

PATIENTS = [f"p{index // 3}" for index in range(N)]


@pytest.mark.parametrize(
    "name",
    [
        "patient",
        "patient_id",
        "PatientID",
        "Patient ID",
        "Patient",
        "subject_id",
        "SubjectID",
        "participant",
        "MRN",
        "group",
        "anon_patient_id",
        "Patient Name",
        "person",
    ],
)
def test_patients_are_found_by_any_name(tmp_path, name):
    text = lines(("case", name, "label", "pneumonia"), lambda i: (CASES[i], PATIENTS[i], NAMES[i], P[i]))
    found = read_text(tmp_path, text)
    assert found.predictions.n_patients == 20
    assert found.columns["patient"] == name


@pytest.mark.parametrize("name", ["Patient Age", "patient_sex", "PatientPosition", "subjective score"])
def test_other_facts_of_the_patient_are_attributes(tmp_path, name):
    text = lines(("case", name, "label", "pneumonia"), lambda i: (CASES[i], "x", NAMES[i], P[i]))
    found = read_text(tmp_path, text)
    assert (found.columns["patient"], found.predictions.n_patients) == (None, N)
    assert list(found.predictions.attributes) == [name]


@pytest.mark.parametrize("case", ["Case", "image", "Image Index", "filename", "FILE_NAME", "id", "StudyInstanceUID"])
@pytest.mark.parametrize("label", ["Label", "truth", "diagnosis", "dx", "Target", "Ground Truth", "y_true", "CLASS"])
def test_case_and_truth_are_found_by_any_name(tmp_path, case, label):
    found = read_text(tmp_path, two_columns(case=case, label=label))
    assert (found.columns["case"], found.columns["truth"]) == (case, label)
    assert area(found) == pytest.approx(AUROC)


def test_a_case_that_repeats_beside_one_that_does_not_may_be_the_patient(tmp_path):
    text = lines(("id", "image", "label", "pneumonia"), lambda i: (PATIENTS[i], CASES[i], NAMES[i], P[i]))
    with pytest.raises(Refused, match="--column patient=id") as refused:
        read_text(tmp_path, text)
    assert "--column case=image --column patient=image" in refused.value.reason
    assert read_text(tmp_path, text, columns={"patient": "id"}).predictions.n_patients == 20
    alone = read_text(tmp_path, text, columns={"case": "image", "patient": "image"})
    assert (alone.predictions.n_patients, alone.predictions.cases[0]) == (N, CASES[0])


def test_two_columns_of_patients_are_asked_about_unless_they_say_the_same(tmp_path):
    def text(other):
        header = ("case", "subject_id", "mrn", "label", "pneumonia")
        return lines(header, lambda i: (CASES[i], PATIENTS[i], other(i), NAMES[i], P[i]))

    with pytest.raises(Refused, match="--column patient=subject_id or --column patient=mrn"):
        read_text(tmp_path, text(lambda i: i // 2))
    assert read_text(tmp_path, text(lambda i: f"M{i // 3}")).predictions.n_patients == 20


def test_two_columns_of_truth_are_asked_about(tmp_path):
    text = lines(("case", "diagnosis", "target", "score"), lambda i: (CASES[i], NAMES[i], int(ILL[i]), P[i]))
    with pytest.raises(Refused, match="--column label=diagnosis or --column label=target"):
        read_text(tmp_path, text)
    assert area(read_text(tmp_path, text, columns={"label": "target"}), "positive") == pytest.approx(AUROC)


def test_a_repeated_case_is_refused_or_taken_for_the_patient(tmp_path):
    text = lines(("case", "label", "pneumonia"), lambda i: (PATIENTS[i], NAMES[i], P[i]))
    with pytest.raises(Refused, match=r"Row 2, column 'case'.*40 rows repeat one"):
        read_text(tmp_path, text)
    found = read_text(tmp_path, text, columns={"patient": "case"}, number_rows=True)
    assert (found.predictions.n_patients, found.predictions.cases[0]) == (20, "row 1")


def test_a_column_or_role_that_is_not_there_is_named(tmp_path):
    with pytest.raises(Refused, match="no column 'gold'; it has 'case', 'label'"):
        read_text(tmp_path, two_columns(), columns={"label": "gold"})
    with pytest.raises(Refused, match="case, patient, label, score"):
        read_text(tmp_path, two_columns(), columns={"truth": "label"})


def test_a_column_that_may_name_patients_is_pointed_out(tmp_path):
    text = lines(("case", "patientcode2", "label", "pneumonia"), lambda i: (CASES[i], PATIENTS[i], NAMES[i], P[i]))
    assert "--column patient=patientcode2" in read_text(tmp_path, text).notes[0]


def test_a_column_of_codes_that_repeat_may_name_patients_whatever_it_is_called(tmp_path):
    def notes(name, values):
        header = ("case", name, "label", "pneumonia")
        return read_text(tmp_path, lines(header, lambda i: (CASES[i], values(i), NAMES[i], P[i]))).notes

    assert "--column patient=encounter" in notes("encounter", lambda i: f"E{1000 + i // 2}")[0]
    assert "--column patient=encounter" in notes("encounter", lambda i: 70000 + i // 4)[0]
    assert notes("encounter", lambda i: 70000 + i) == ()
    assert notes("age", lambda i: 100 + i // 2) == ()
    assert notes("scanned", lambda i: f"2024-01-{i // 2 + 1:02d}") == ()
    assert notes("dose", lambda i: f"0.{100 + i // 2}1") == ()
    assert notes("centre name", lambda i: f"site{i % 4}") == ()


@pytest.mark.parametrize("missing", [".", "#NUM!", "NA"])
def test_a_value_that_another_tool_writes_as_missing_is_no_wrong_number(tmp_path, missing):
    text = lines(("case", "label", "pneumonia"), lambda i: (CASES[i], NAMES[i], P[i] if i else missing))
    with pytest.raises(Refused, match="it is empty, as in 1 of 60 rows"):
        read_text(tmp_path, text)
    assert len(read_text(tmp_path, text, skip_incomplete=True).predictions) == 59


def test_rows_without_score_or_truth_are_refused_or_left_out_and_counted(tmp_path):
    text = lines(
        ("case", "label", "pneumonia"),
        lambda i: (CASES[i], "NA" if i == 4 else NAMES[i], "" if i == 9 else P[i]),
    )
    with pytest.raises(
        Refused, match=r"Row 10, column 'pneumonia': it is empty, as in 1 of 60 rows.*--skip-incomplete"
    ):
        read_text(tmp_path, text)
    found = read_text(tmp_path, text, skip_incomplete=True)
    assert len(found.predictions) == N - 2
    assert sorted(found.refused) == ["0004", "0009"]


def test_a_group_of_many_cases_is_an_attribute_and_one_of_few_a_patient(tmp_path):
    def text(size):
        return lines(("case", "group", "label", "pneumonia"), lambda i: (CASES[i], i // size, NAMES[i], P[i]))

    assert read_text(tmp_path, text(30)).predictions.attributes["group"][-1] == "1"
    assert read_text(tmp_path, text(3)).predictions.n_patients == 20


def test_a_missing_header_is_not_taken_for_names_nor_repeated(tmp_path):
    text = two_columns().partition("\n")[2]
    with pytest.raises(Refused, match="add a header") as refused:
        read_text(tmp_path, text)
    assert CASES[0] not in refused.value.reason
