from io import BytesIO

import numpy as np
import PIL.Image
import pydicom
import pytest

from meddx.imaging.phantom import LESIONS, chest_phantom, mask_png, phantom_dicom, phantom_png


@pytest.fixture(scope="module")
def image():
    return chest_phantom(4, LESIONS, rows=128, columns=104, patient=9)


@pytest.fixture(scope="module")
def dataset(image):
    return pydicom.dcmread(BytesIO(phantom_dicom(image)))


def test_pixels_survive_the_round_trip(image, dataset):
    np.testing.assert_array_equal(dataset.pixel_array, image.pixels)


def test_monochrome1_stores_the_inverse(image):
    inverse = pydicom.dcmread(BytesIO(phantom_dicom(image, monochrome1=True)))
    np.testing.assert_array_equal(4095 - inverse.pixel_array, image.pixels)
    assert (inverse.PhotometricInterpretation, inverse.PresentationLUTShape) == ("MONOCHROME1", "INVERSE")


def test_it_says_what_it_is(dataset):
    assert dataset.SOPClassUID.name == "Digital X-Ray Image Storage - For Presentation"
    assert dataset.SyntheticData == "YES"
    assert dataset.PatientName == "PHANTOM^SYNTHETIC"
    assert dataset.PatientID == "PHANTOM-9"
    assert (dataset.Modality, dataset.BodyPartExamined, dataset.ViewPosition) == ("DX", "CHEST", "PA")
    assert dataset.ViewCodeSequence[0].CodeMeaning == "postero-anterior"
    assert (dataset.PhotometricInterpretation, dataset.PresentationLUTShape) == ("MONOCHROME2", "IDENTITY")
    assert (dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation) == (12, 11, 0)
    # 430 mm over 128 rows, 350 mm over 104 columns: the larger, so that both fit.
    assert dataset.ImagerPixelSpacing == [pytest.approx(350 / 104, abs=1e-5)] * 2


TYPE_1 = (
    *("PatientOrientation", "ImageType", "PixelIntensityRelationship", "PixelIntensityRelationshipSign"),
    *("RescaleIntercept", "RescaleSlope", "RescaleType", "PresentationLUTShape", "LossyImageCompression"),
    *("BurnedInAnnotation", "ImageLaterality", "Modality", "PresentationIntentType", "ImagerPixelSpacing"),
    *("WindowCenter", "WindowWidth", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "BitsAllocated"),
    *("SamplesPerPixel", "Rows", "Columns", "PixelData"),
)
TYPE_2 = (
    *("PatientSex", "PatientBirthDate", "StudyDate", "StudyTime", "StudyID", "AccessionNumber", "SeriesNumber"),
    *("ReferringPhysicianName", "InstanceNumber", "AcquisitionContextSequence", "AnatomicRegionSequence"),
    *("DetectorType", "Manufacturer"),
)


@pytest.mark.parametrize("keyword", TYPE_1)
def test_attributes_of_type_1_have_a_value(dataset, keyword):
    """PS3.3 A.26.3 and the modules it requires: C.7.6.3, C.8.11.1 to C.8.11.4."""
    assert dataset[keyword].value not in (None, "", b"")


@pytest.mark.parametrize("keyword", TYPE_2)
def test_attributes_of_type_2_are_present(dataset, keyword):
    assert keyword in dataset


def test_every_value_is_valid_for_its_representation(image):
    with pydicom.config.disable_value_validation():
        dataset = pydicom.dcmread(BytesIO(phantom_dicom(image)))
    for element in dataset.iterall():
        if element.VR != "SQ":
            pydicom.dataelem.DataElement(element.tag, element.VR, element.value, validation_mode=pydicom.config.RAISE)


def test_equal_phantoms_give_equal_bytes_and_others_other_uids(image, dataset):
    again = chest_phantom(4, LESIONS, rows=128, columns=104, patient=9)
    assert phantom_dicom(again) == phantom_dicom(image)
    healthy = pydicom.dcmread(BytesIO(phantom_dicom(chest_phantom(4, (), rows=128, columns=104, patient=9))))
    assert healthy.SOPInstanceUID != dataset.SOPInstanceUID
    other = pydicom.dcmread(BytesIO(phantom_dicom(chest_phantom(5, (), rows=128, columns=104, patient=9))))
    assert other.StudyInstanceUID != dataset.StudyInstanceUID
    assert dataset.SOPInstanceUID.is_valid


def test_png_keeps_the_bits_and_says_synthetic(image):
    picture = PIL.Image.open(BytesIO(phantom_png(image)))
    np.testing.assert_array_equal(np.asarray(picture), image.pixels * 16)
    assert picture.text["Synthetic"] == "YES"


def test_mask_png_is_black_and_white(image):
    picture = PIL.Image.open(BytesIO(mask_png(image.masks["effusion"])))
    np.testing.assert_array_equal(np.asarray(picture), np.where(image.masks["effusion"], 255, 0))
    assert picture.text["Synthetic"] == "YES"
