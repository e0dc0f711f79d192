"""Recognise the usual names of columns that identify patients, in tables of scores and of labelled images alike."""

import re

from meddx.evaluate.class_names import key

_PATIENT = re.compile(
    r"(anon|anonymised|anonymized|pseudo|pseudonymised|pseudonymized|deid|deidentified|hashed|study|unique|dicom)?"
    r"(patient|patients|patienten|paciente|pat|subject|subj|usubj|participant|person|proband)"
    r"(id|ids|no|nr|num|number|nummer|code|key|sk|uid|identifier|name|hash|index|study_?id)?"
)
_OTHERS = frozenset(
    {
        "mrn", "pid", "group", "groupid", "groups", "medicalrecordnumber", "medicalrecordno", "empi", "ptid", "rid",
        "nhsnumber", "nhsno", "hospitalnumber", "hospitalno", "chartnumber",
    }
)  # fmt: skip


def names_patient(name: str) -> bool:
    """Return whether a column of this name identifies the patient."""
    return bool(_PATIENT.fullmatch(key(name))) or key(name) in _OTHERS
