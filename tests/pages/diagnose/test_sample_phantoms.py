import io

import pydicom
import pytest

from pages.ui.diagnose.sample_phantoms import SAMPLE_COLUMNS, SAMPLE_PHANTOMS, SAMPLE_ROWS, sample_dicom


@pytest.mark.parametrize("sample", SAMPLE_PHANTOMS, ids=lambda sample: sample.title)
def test_every_sample_is_a_chest_radiograph_marked_as_synthetic(sample):
    data = pydicom.dcmread(io.BytesIO(sample_dicom(sample)))
    assert (data.Modality, data.BodyPartExamined) == ("DX", "CHEST")
    assert data[0x0008, 0x001C].value == "YES"
    assert (data.Rows, data.Columns) == (SAMPLE_ROWS, SAMPLE_COLUMNS)


def test_samples_differ_and_each_is_the_same_every_time():
    files = [sample_dicom(sample) for sample in SAMPLE_PHANTOMS]
    pixels = [pydicom.dcmread(io.BytesIO(file)).PixelData for file in files]
    assert len(set(pixels)) == len(pixels)
    assert pydicom.dcmread(io.BytesIO(sample_dicom(SAMPLE_PHANTOMS[0]))).PixelData == pixels[0]
