import numpy as np
import pytest

from meddx.imaging.dataset import read_elements
from meddx.imaging.patient_age import patient_age
from meddx.imaging.read_image import read_image
from tests.imaging.images import image_bytes

PIXELS = np.zeros((4, 4), np.uint16)
BORN = {"PatientBirthDate": "20200131"}


def age(**attributes):
    elements, _ = read_elements(image_bytes(PIXELS, **attributes))
    return patient_age(elements)


@pytest.mark.parametrize(
    ("stated", "years"), [("057Y", 57), ("006M", 0.5), ("052W", 0.9966), ("365D", 0.9993), ("001d", 0.0027)]
)
def test_the_age_that_is_stated_is_given_in_years(stated, years):
    assert age(PatientAge=stated) == pytest.approx(years, abs=1e-3)


def test_else_it_follows_from_the_dates():
    assert age(**BORN, StudyDate="20250131") == pytest.approx(5, abs=0.01)
    assert age(**BORN, StudyDate="20260131", AcquisitionDate="20240131") == pytest.approx(4, abs=0.01)
    assert age(**BORN, PatientAge="000Y", StudyDate="20250131") == pytest.approx(5, abs=0.01)


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"PatientAge": "000Y"},
        {"PatientAge": "57"},
        {"PatientAge": "QUARTZ"},
        {"PatientAge": "999Y"},
        BORN,
        BORN | {"StudyDate": "20190101"},
        {"PatientBirthDate": "18000101", "StudyDate": "20250101"},
        {"PatientBirthDate": "20209999", "StudyDate": "20250101"},
        {"StudyDate": "20250101"},
    ],
)
@pytest.mark.filterwarnings("ignore:Invalid value")
def test_what_no_person_can_be_or_nobody_states_is_no_age(attributes):
    assert age(**attributes) is None


def test_an_image_holds_age_and_sex_but_does_not_print_them():
    image = read_image(image_bytes(PIXELS, PatientAge="057Y", PatientSex="F"))
    assert (image.age_years, image.sex) == (57, "F")
    assert "age_years" not in repr(image)
    assert "sex" not in repr(image)
