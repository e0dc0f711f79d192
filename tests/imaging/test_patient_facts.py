"""Whose image a file is, by its header."""

import numpy as np
import pytest

from meddx.errors import Refused
from meddx.imaging.patient_facts import patient_facts
from tests.imaging.images import image_bytes

PIXELS = np.zeros((4, 4), np.uint16)


def test_stated_facts_are_given_in_words():
    data = image_bytes(
        PIXELS, PatientName="Wang^XiaoDong=王^小東", PatientID="007", PatientBirthDate="19701231", PatientSex="F",
        PatientAge="055Y", StudyDate="20261128", SpecificCharacterSet="ISO_IR 192",
    )  # fmt: skip
    assert patient_facts(data) == {
        "Patient": "Wang XiaoDong (王 小東)",
        "Patient ID": "007",
        "Born": "1970-12-31",
        "Sex": "F",
        "Age": "55 years",
        "Study date": "2026-11-28",
    }


def test_other_files_state_none_and_broken_ones_are_refused():
    assert patient_facts(b"\x89PNG\r\n\x1a\n" + bytes(200)) == {}
    with pytest.raises(Refused):
        patient_facts(image_bytes(PIXELS)[:400])


def test_a_broken_value_is_left_out_or_cut_and_the_others_stay():
    data = image_bytes(PIXELS, PatientID="y" * 64, PatientAge="055Y", PatientSex="F")
    data = data.replace(b"055Y", b"\xff\xfe\xfdY").replace(b"F ", b"F\n")
    assert patient_facts(data) == {"Patient": "Zebedee Quartz", "Patient ID": "y" * 64, "Sex": "F"}
