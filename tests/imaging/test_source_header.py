"""What results take over from an image's header."""

import numpy as np
import pytest
from pydicom.datadict import tag_for_keyword
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from meddx.errors import Refused
from meddx.imaging.source_header import source_header
from tests.imaging.images import dataset, image_bytes, item, written

PIXELS = np.zeros((4, 6), np.uint16)
STUDY = {"StudyInstanceUID": generate_uid(), "SeriesInstanceUID": generate_uid(), "PatientID": "007"}
PLANE = {"ImagePositionPatient": [1, 2, 3], "ImageOrientationPatient": [1, 0, 0, 0, 0, -1], "PixelSpacing": [2, 3]}


def header(frame=0, **attributes):
    return source_header(image_bytes(PIXELS, **STUDY | attributes), frame)


def test_identity_patient_and_study_are_taken_over_in_unicode():
    found = header(
        SpecificCharacterSet="ISO_IR 100", PatientName="Müller", PatientBirthDate="19701231", PatientSex="F",
        AccessionNumber="A1", StudyDate="20261128",
    )  # fmt: skip
    assert (found.PatientName, found.PatientID, found.PatientBirthDate) == ("Müller", "007", "19701231")
    assert (found.AccessionNumber, found.StudyDate, found.StudyID) == ("A1", "20261128", "")
    assert (found.StudyInstanceUID, found.Rows, found.Columns) == (STUDY["StudyInstanceUID"], 4, 6)
    assert Dataset.from_json(found.to_json()) == found, "it crosses to another process as JSON"


@pytest.mark.filterwarnings("ignore:Invalid value")
def test_a_malformed_date_or_sex_is_empty():
    data = image_bytes(PIXELS, **STUDY, PatientBirthDate="19701231", PatientSex="F")
    found = source_header(data.replace(b"19701231", b"31.12.70").replace(b"F ", b"x "))
    assert (found.PatientBirthDate, found.PatientSex) == ("", "")


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ({"StudyInstanceUID": ""}, "no valid StudyInstanceUID"),
        ({"PatientID": ["a", "b"]}, "PatientID of the file breaks"),
    ],
)
def test_a_header_under_which_nothing_can_be_filed_is_refused(attributes, said):
    with pytest.raises(Refused, match=said) as refused:
        header(**attributes)
    assert "007" not in refused.value.reason


def test_a_file_that_is_not_dicom_is_refused():
    with pytest.raises(Refused, match="need a DICOM image"):
        source_header(b"\x89PNG\r\n\x1a\n" + bytes(200))


@pytest.mark.parametrize("keyword", ["Rows", "Columns"])
def test_a_file_that_states_no_size_is_refused(keyword):
    with pytest.raises(Refused) as refused:
        header(**{keyword: None})
    assert refused.value.rule == "cannot-be-decoded"


def test_functional_groups_that_are_no_sequence_are_refused():
    elements = dataset(PIXELS, **STUDY)
    elements.add(DataElement(tag_for_keyword("SharedFunctionalGroupsSequence"), "LO", "Zebedee"))
    with pytest.raises(Refused) as refused:
        source_header(written(elements))
    assert refused.value.rule == "cannot-be-decoded"


def test_the_plane_is_that_of_its_frame_of_reference_and_of_the_frame():
    reference = generate_uid()
    found = header(**PLANE, FrameOfReferenceUID=reference, SliceThickness=1.5)
    assert (found.FrameOfReferenceUID, found.ImagePositionPatient, found.SliceThickness) == (reference, [1, 2, 3], 1.5)
    assert found.PixelSpacing == [2, 3]

    group = Dataset()
    group.PlanePositionSequence = item(ImagePositionPatient=[7, 8, 9])
    shared = Dataset()
    shared.PlaneOrientationSequence = item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])
    shared.PixelMeasuresSequence = item(PixelSpacing=[0.5, 0.5])
    found = header(
        1, FrameOfReferenceUID=reference, SharedFunctionalGroupsSequence=[shared],
        PerFrameFunctionalGroupsSequence=[Dataset(), group],
    )  # fmt: skip
    assert (found.ImagePositionPatient, found.PixelSpacing) == ([7, 8, 9], [0.5, 0.5])


@pytest.mark.parametrize(
    "attributes", [PLANE, {"FrameOfReferenceUID": generate_uid(), "PatientOrientation": ["L", "F"]}]
)
def test_without_both_plane_and_frame_of_reference_there_is_neither(attributes):
    found = header(**attributes, ImagerPixelSpacing=[0.2, 0.2])
    assert "FrameOfReferenceUID" not in found
    assert "ImagePositionPatient" not in found
    assert found.PixelSpacing == attributes.get("PixelSpacing", [0.2, 0.2])
