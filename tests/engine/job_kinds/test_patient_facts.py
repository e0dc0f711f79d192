"""The job that reads a header."""

import numpy as np

from meddx.engine.job_kinds import patient_facts
from meddx.types import no_progress
from tests.imaging.images import image_bytes


def test_the_job_gives_what_the_header_states():
    data = image_bytes(np.zeros((4, 4), np.uint16), PatientID="007")
    assert patient_facts.run(None, {"data": data}, no_progress)["Patient ID"] == "007"
    assert patient_facts.run(None, {"data": b"\xff\xd8\xff"}, no_progress) == {}
