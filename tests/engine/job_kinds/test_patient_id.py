"""The job that reads by which id a patient's records are found again."""

import numpy as np

from meddx.engine.job_kinds import patient_id
from meddx.types import no_progress
from tests.imaging.images import image_bytes


def test_it_is_the_id_of_the_header_and_nothing_for_a_file_that_states_none():
    pixels = np.zeros((4, 4), np.uint16)
    assert patient_id.run(None, {"data": image_bytes(pixels, PatientID=" 00 7 ")}, no_progress) == "00 7"
    assert patient_id.run(None, {"data": image_bytes(pixels, PatientID="")}, no_progress) == ""
    assert patient_id.run(None, {"data": b"\xff\xd8\xff"}, no_progress) == ""
