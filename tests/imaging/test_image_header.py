"""What a header says of an image's place among a patient's studies."""

import numpy as np
import pytest

from meddx.errors import Refused
from meddx.imaging.image_header import image_header
from meddx.types import ImageHeader
from tests.imaging.images import image_bytes

PIXELS = np.zeros((4, 4), np.uint8)
AXIAL, SAGITTAL = [1, 0, 0, 0, 1, 0], [0, 1, 0, 0, 0, -1]


def header(**attributes):
    return image_header(image_bytes(PIXELS, **attributes))


def test_the_facts_of_a_header():
    stated = header(
        PatientID="Q1", PatientAge="061Y", PatientSex="F", StudyDate="20210304", StudyInstanceUID="1.2",
        SeriesInstanceUID="1.2.3", SeriesNumber=4, InstanceNumber=17, StudyDescription="Chest", Modality="DX",
        ViewPosition="PA", ImageLaterality="L",
    )  # fmt: skip
    assert (stated.patient, stated.name, stated.study, stated.series) == ("Q1", "Zebedee Quartz", "1.2", "1.2.3")
    assert (stated.age, stated.sex, stated.study_date, stated.view) == ("61 years", "female", "2021-03-04", "PA")
    assert (stated.series_number, stated.instance, stated.laterality) == (4, 17, "L")


def test_the_age_in_years_is_also_that_from_the_date_of_birth():
    assert header(PatientAge="018M").age_years == pytest.approx(1.5)
    assert header(PatientBirthDate="19600304", StudyDate="20210304").age_years == pytest.approx(61, abs=0.01)
    assert header().age_years is None


def test_an_image_without_id_belongs_to_its_name():
    assert header().patient == header().name != ""


@pytest.mark.parametrize(
    ("orientation", "corner", "position"),
    [(AXIAL, [-10, 20, 33.5], 33.5), (SAGITTAL, [7, 20, 30], -7.0), ([0.8, 0.6, 0, 0, 0, -1], [10, 5, 9], -2.0)],
)
def test_the_position_is_along_the_normal(orientation, corner, position):
    stated = header(ImagePositionPatient=corner, ImageOrientationPatient=orientation)
    assert stated.position == pytest.approx(position)


def test_parallel_planes_have_one_orientation_and_others_another():
    def orientation(directions):
        return header(ImagePositionPatient=[0, 0, 0], ImageOrientationPatient=directions).orientation

    assert orientation(AXIAL) == orientation([1, 0, -0.0001, 0, 1, 0]) != orientation(SAGITTAL)


def test_half_a_position_is_none():
    assert header(ImagePositionPatient=[0, 0, 0]).position is None
    assert header(ImageOrientationPatient=AXIAL).position is None


def test_a_broken_value_is_left_out_and_the_rest_is_read():
    broken = image_bytes(PIXELS, InstanceNumber=12345, SeriesNumber=3).replace(b"12345", b"12x45")
    assert (image_header(broken).instance, image_header(broken).series_number) == (None, 3)


def test_other_files_say_nothing_and_broken_ones_are_refused():
    assert image_header(b"\x89PNG\r\n\x1a\n") == ImageHeader()
    with pytest.raises(Refused):
        image_header(image_bytes(PIXELS)[:200])


def test_patient_data_stay_out_of_what_is_printed():
    assert "Zebedee" not in repr(header(PatientID="Quartz7"))
    assert "Quartz" not in repr(header(PatientID="Quartz7"))
