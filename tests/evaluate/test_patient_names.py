"""Names of columns of patients, as hospitals, trials and databases write them."""

import pytest

from meddx.evaluate.patient_names import names_patient


@pytest.mark.parametrize(
    "name",
    [
        "Patient ID", "subj", "pseudo_patient_no", "MRN", "group_id", "participant key", "USUBJID", "study_subject",
        "Patienten-ID", "PatNr", "patient_sk", "NHS number", "hospital number",
    ],
)  # fmt: skip
def test_columns_of_patients(name):
    assert names_patient(name)


@pytest.mark.parametrize(
    "name", ["patient_age", "outpatient", "case", "subjective", "grouping", "hospital", "hospital_id", "study_id"]
)
def test_columns_of_anything_else(name):
    assert not names_patient(name)
