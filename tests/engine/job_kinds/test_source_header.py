"""The job that reads what results take over from a header."""

import numpy as np
from pydicom.dataset import Dataset

from meddx.engine.job_kinds import source_header
from meddx.types import no_progress
from tests.imaging.images import image_bytes


def test_the_header_comes_as_text_that_gives_it_again():
    data = image_bytes(np.zeros((4, 4), np.uint16), StudyInstanceUID="1.2", SeriesInstanceUID="1.3", PatientID="007")
    text = source_header.run(None, {"data": data, "frame": 0}, no_progress)
    assert Dataset.from_json(text).PatientID == "007"
