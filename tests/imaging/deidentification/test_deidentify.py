from io import BytesIO

import numpy as np
import PIL.Image
import pydicom
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import (
    EncapsulatedPDFStorage,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    MediaStorageDirectoryStorage,
)

from meddx.errors import Refused
from meddx.imaging.deidentification.deidentify import deidentify, mask_confirmed
from meddx.imaging.deidentification.profile import Options
from meddx.imaging.deidentification.pseudonyms import Pseudonyms
from meddx.imaging.read_image import read_image
from tests.imaging.deidentification.marked_film import MARKER, marked_film, marked_raster, markers_in, name_burned_in
from tests.imaging.images import dataset, image_bytes, item, written

KEY = bytes(range(32))
PSEUDONYMS = Pseudonyms(KEY)
PIXELS = np.arange(48 * 40, dtype=np.uint16).reshape(48, 40)
EVERYTHING = Options("keep", patient_characteristics=True)


def cleaned(data, options=Options(), pseudonyms=PSEUDONYMS):  # noqa: B008
    return pydicom.dcmread(BytesIO(deidentify(data, options, pseudonyms).data))


@pytest.fixture(scope="module")
def film():
    return marked_film()


def test_no_marker_leaves_a_film_with_every_attribute_of_the_dictionary():
    data = written(marked_film(every=1)[0])
    assert data.count(MARKER.encode()) > 4000
    assert markers_in(deidentify(data, EVERYTHING, PSEUDONYMS).data) == []


@pytest.mark.parametrize("options", [Options(), Options("shift"), EVERYTHING, Options(burned_in="keep")])
def test_no_marker_leaves_the_film(film, options):
    data = written(film[0])
    assert len(markers_in(data)) >= 5, "the film must hold markers, or this test shows nothing"
    result = deidentify(data, options, PSEUDONYMS)
    assert markers_in(result.data) == []
    assert not any(MARKER in name for name, _ in result.changes)


def test_no_marker_leaves_an_implicit_film(film):
    elements = film[0]
    elements.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    try:
        data = written(elements)
    finally:
        elements.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    assert markers_in(data)
    assert markers_in(deidentify(data, Options(), PSEUDONYMS).data) == []


def test_an_unknown_character_set_does_not_pass(film, capfd):
    data = written(film[0]).replace(b"ISO 2022 IR 13", MARKER.encode().ljust(14))
    assert markers_in(deidentify(data, Options(), PSEUDONYMS).data) == []
    assert MARKER not in "".join(capfd.readouterr())


def test_the_name_in_the_pixels_is_masked_and_the_rest_of_them_stays(film):
    elements, ink = film
    result = deidentify(written(elements), Options(), PSEUDONYMS)
    before, after = elements.pixel_array, pydicom.dcmread(BytesIO(result.data)).pixel_array
    assert (after[ink] == before.min()).all()
    outside = np.ones(ink.shape, bool)
    for box in result.boxes:
        outside[box.top : box.bottom, box.left : box.right] = False
    assert outside.mean() > 0.8
    np.testing.assert_array_equal(after[outside], before[outside])


def test_a_film_with_text_is_refused_where_the_policy_says_so(film):
    with pytest.raises(Refused) as refused:
        deidentify(written(film[0]), Options(burned_in="refuse"), PSEUDONYMS)
    assert refused.value.rule == "burned-in-text"


def test_pixels_with_text_are_kept_where_the_policy_says_so():
    pixels, _ = name_burned_in((96, 240))
    result = cleaned(image_bytes(pixels, BurnedInAnnotation="YES"), Options(burned_in="keep"))
    np.testing.assert_array_equal(result.pixel_array, pixels)
    assert result.BurnedInAnnotation == "YES"
    assert "113101" not in [code.CodeValue for code in result.DeidentificationMethodCodeSequence]


def test_a_header_that_warns_of_text_which_is_not_found_is_refused():
    with pytest.raises(Refused) as refused:
        deidentify(image_bytes(PIXELS, BurnedInAnnotation="YES"), Options(), PSEUDONYMS)
    assert refused.value.rule == "burned-in-text-not-found"


def test_an_image_that_would_be_masked_all_over_is_refused():
    pixels, _ = name_burned_in((96, 240), text="\n".join(["MARKER^JOHN 17.03.1962"] * 4))
    with pytest.raises(Refused) as refused:
        deidentify(image_bytes(pixels), Options(), PSEUDONYMS)
    assert refused.value.rule == "burned-in-text-everywhere"


def test_text_of_one_frame_is_masked_in_all():
    named, ink = name_burned_in((96, 240))
    plain, _ = name_burned_in((96, 240), text="")
    elements = dataset(named, NumberOfFrames=2)
    elements.PixelData = np.stack((plain, named)).tobytes()
    frames = cleaned(written(elements)).pixel_array
    assert (frames[1][ink] == named.min()).all()
    assert (frames[0][ink] == plain.min()).all()


def test_monochrome1_is_masked_black():
    pixels, ink = name_burned_in((96, 240))
    inverse = 4095 - pixels
    after = cleaned(image_bytes(inverse, BitsStored=12, PhotometricInterpretation="MONOCHROME1")).pixel_array
    assert (after[ink] == inverse.max()).all()


def test_coloured_text_is_masked():
    _, ink = name_burned_in((96, 240))
    pixels = np.full((96, 240, 3), 85, np.uint8)
    pixels[ink] = (255, 0, 0)  # as bright as the grey behind it
    after = cleaned(image_bytes(pixels)).pixel_array
    assert not (after[ink] == (255, 0, 0)).all(axis=1).any()


def test_text_outside_the_window_is_masked():
    pixels, ink = name_burned_in((96, 240))
    pixels = np.where(ink, 4095, np.clip(pixels, 0, 3000) + 1000).astype(np.uint16)
    after = cleaned(image_bytes(pixels, BitsStored=12, WindowCenter=500, WindowWidth=400)).pixel_array
    assert (after[ink] < 4095).all()


def test_what_an_image_needs_stays():
    attributes = {
        "BitsStored": 12,
        "Modality": "DX",
        "BodyPartExamined": "CHEST",
        "ViewPosition": "PA",
        "WindowCenter": 900,
    }
    attributes |= {"WindowWidth": 1500, "RescaleSlope": 2, "RescaleIntercept": -5, "PixelSpacing": [0.3, 0.2]}
    data = image_bytes(PIXELS, **attributes)
    before, after = read_image(data), read_image(deidentify(data, Options(), PSEUDONYMS).data)
    np.testing.assert_array_equal(before.values, after.values)
    for name in ("window", "pixel_aspect", "modality", "body_part", "view", "value_range", "inverted", "bits_stored"):
        assert getattr(before, name) == getattr(after, name)


def test_a_coded_concept_stays_with_the_meaning_of_the_dictionary():
    known = item(CodeValue="816094009", CodingSchemeDesignator="SCT", CodeMeaning=MARKER)
    own = item(CodeValue="X1", CodingSchemeDesignator="99HOSPITAL", CodeMeaning=MARKER)
    after = cleaned(image_bytes(PIXELS, AnatomicRegionSequence=known, ViewCodeSequence=own))
    assert after.AnatomicRegionSequence[0].CodeValue == "816094009"
    assert after.AnatomicRegionSequence[0].CodeMeaning == "Chest"
    assert after.ViewCodeSequence[0].CodeValue == ""


def test_uids_agree_between_files_of_one_key_and_with_no_other():
    first = cleaned(image_bytes(PIXELS, StudyInstanceUID="1.2.3", SeriesInstanceUID="1.2.4"))
    second = cleaned(
        image_bytes(PIXELS, StudyInstanceUID="1.2.3", ReferencedImageSequence=item(ReferencedSOPInstanceUID="1.2.4"))
    )
    assert first.StudyInstanceUID == second.StudyInstanceUID != "1.2.3"
    assert second.ReferencedImageSequence[0].ReferencedSOPInstanceUID == first.SeriesInstanceUID
    assert first.StudyInstanceUID.startswith("2.25.")
    assert first.StudyInstanceUID.is_valid
    other = cleaned(image_bytes(PIXELS, StudyInstanceUID="1.2.3"), pseudonyms=Pseudonyms(bytes(32)))
    assert other.StudyInstanceUID != first.StudyInstanceUID
    assert first.file_meta.MediaStorageSOPInstanceUID == first.SOPInstanceUID


def test_dates_are_removed_shifted_or_kept():
    stated = {
        "PatientID": "7",
        "StudyDate": "20200131",
        "AcquisitionDateTime": "20200201101500.5+0100",
        "StudyTime": "101500",
    }
    stated |= {"PatientBirthDate": "19500101"}
    data = image_bytes(PIXELS, **stated)
    removed, shifted, kept = (cleaned(data, Options(dates)) for dates in ("remove", "shift", "keep"))
    assert not removed.StudyDate
    assert "2020" not in str(removed.get("AcquisitionDateTime"))
    days = PSEUDONYMS.days("7")
    assert days >= 1
    moved = np.datetime64("2020-01-31") - days
    assert shifted.StudyDate == str(moved).replace("-", "")
    assert shifted.AcquisitionDateTime == str(moved + 1).replace("-", "") + "101500.5+0100"
    assert shifted.StudyTime == "101500"
    assert (kept.StudyDate, kept.AcquisitionDateTime) == (stated["StudyDate"], stated["AcquisitionDateTime"])
    assert all(not one.PatientBirthDate for one in (removed, shifted, kept))
    about = [one.LongitudinalTemporalInformationModified for one in (removed, shifted, kept)]
    assert about == ["REMOVED", "MODIFIED", "UNMODIFIED"]


def test_two_patients_are_shifted_apart_and_one_alike():
    days = {patient: PSEUDONYMS.days(patient) for patient in map(str, range(50))}
    assert len(set(days.values())) > 40
    assert all(1 <= shift <= 3650 for shift in days.values())


def test_patient_characteristics_stay_only_where_asked():
    data = image_bytes(PIXELS, PatientSex="F", PatientAge="097Y", PatientSize=1.7, PatientWeight=61, Allergies=MARKER)
    without, kept = cleaned(data), cleaned(data, Options(patient_characteristics=True))
    assert not without.get("PatientSex")
    assert "PatientWeight" not in without
    assert (kept.PatientSex, kept.PatientAge, float(kept.PatientSize)) == ("F", "090Y", 1.7)
    assert "Allergies" not in kept


def test_what_was_done_is_stated():
    after = cleaned(image_bytes(PIXELS), Options("shift", patient_characteristics=True))
    assert after.PatientIdentityRemoved == "YES"
    codes = [code.CodeValue for code in after.DeidentificationMethodCodeSequence]
    assert codes == ["113100", "113101", "113107", "113108"]
    assert after.BurnedInAnnotation == "NO"


def test_patients_keep_one_pseudonym_each():
    first, again, other = (cleaned(image_bytes(PIXELS, PatientID=patient)) for patient in ("A1", "A1", "A2"))
    assert first.PatientID == again.PatientID != other.PatientID
    assert first.PatientID == str(first.PatientName)


def test_comments_in_a_compressed_stream_do_not_pass():
    file = BytesIO()
    PIL.Image.fromarray(np.full((48, 40), 90, np.uint8)).save(file, "JPEG", comment=MARKER.encode())
    elements = dataset(np.zeros((48, 40), np.uint8))
    elements.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    elements.PixelData = encapsulate([file.getvalue()])
    elements["PixelData"].is_undefined_length = True
    data = written(elements)
    assert markers_in(data)
    after = deidentify(data, Options(), PSEUDONYMS).data
    assert markers_in(after) == []
    assert abs(int(pydicom.dcmread(BytesIO(after)).pixel_array.mean()) - 90) <= 1


def test_bits_beside_the_pixels_and_bytes_behind_them_do_not_pass():
    overlay = (PIXELS | 0xF000).astype(np.uint16)
    elements = dataset(overlay, BitsStored=12)
    elements.PixelData = overlay.tobytes() + MARKER.encode()
    after = deidentify(written(elements), Options(), PSEUDONYMS).data
    assert markers_in(after) == []
    np.testing.assert_array_equal(pydicom.dcmread(BytesIO(after)).pixel_array, PIXELS)


def test_big_endian_pixels_keep_their_values():
    elements = dataset(PIXELS)
    elements.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    elements.PixelData = PIXELS.astype(">u2").tobytes()
    after = pydicom.dcmread(BytesIO(deidentify(written(elements), Options(), PSEUDONYMS).data))
    np.testing.assert_array_equal(after.pixel_array, PIXELS)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_png_and_jpeg_lose_everything_but_their_pixels(kind):
    data = marked_raster(kind)
    assert markers_in(data)
    result = deidentify(data, Options(), PSEUDONYMS)
    assert result.suffix == ".png"
    assert markers_in(result.data) == []
    np.testing.assert_array_equal(read_image(result.data).values, read_image(data).values)


def test_16_bit_png_keeps_its_values():
    file = BytesIO()
    PIL.Image.fromarray(PIXELS * 30).save(file, "PNG")
    after = deidentify(file.getvalue(), Options(), PSEUDONYMS).data
    np.testing.assert_array_equal(np.asarray(PIL.Image.open(BytesIO(after))), PIXELS * 30)


def without_pixels(sop_class, **attributes):
    elements = dataset(PIXELS, **attributes)
    del elements.PixelData
    elements.SOPClassUID = elements.file_meta.MediaStorageSOPClassUID = sop_class
    return written(elements)


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 " + MARKER.encode(), "pdf"),
        (without_pixels(EncapsulatedPDFStorage, EncapsulatedDocument=MARKER.encode()), "no-pixels"),
        (without_pixels("1.2.840.10008.5.1.4.1.1.88.11", ContentSequence=item(TextValue=MARKER)), "no-pixels"),
        (without_pixels(MediaStorageDirectoryStorage), "dicomdir"),
        (image_bytes(PIXELS)[:-100], "truncated"),
    ],
)
def test_what_is_no_image_is_refused_without_a_word_of_it(data, rule):
    with pytest.raises(Refused) as refused:
        deidentify(data, Options(), PSEUDONYMS)
    assert refused.value.rule == rule
    assert MARKER not in str(refused.value)


def test_under_ask_nothing_is_masked_until_somebody_says_what_and_the_rest_is_clean(film):
    elements, ink = film
    asked = deidentify(written(elements), Options(burned_in="ask"), PSEUDONYMS)
    assert asked.asks
    assert asked.boxes
    assert markers_in(asked.data) == []
    unmasked = pydicom.dcmread(BytesIO(asked.data))
    np.testing.assert_array_equal(unmasked.pixel_array, elements.pixel_array)
    assert unmasked.get("BurnedInAnnotation") != "NO"
    assert "113101" not in [code.CodeValue for code in unmasked.DeidentificationMethodCodeSequence]
    confirmed = mask_confirmed(asked.data, asked.boxes)
    masked = deidentify(written(elements), Options(), PSEUDONYMS)
    np.testing.assert_array_equal(
        pydicom.dcmread(BytesIO(confirmed)).pixel_array, pydicom.dcmread(BytesIO(masked.data)).pixel_array
    )
    assert (pydicom.dcmread(BytesIO(confirmed)).pixel_array[ink] == elements.pixel_array.min()).all()
    assert confirmed == masked.data


def test_a_false_box_may_be_dropped():
    pixels, _ = name_burned_in((96, 240))
    asked = deidentify(image_bytes(pixels), Options(burned_in="ask"), PSEUDONYMS)
    after = pydicom.dcmread(BytesIO(mask_confirmed(asked.data, ())))
    np.testing.assert_array_equal(after.pixel_array, pixels)
    assert after.BurnedInAnnotation == "NO"


def test_ask_asks_about_an_image_that_would_be_masked_all_over_and_one_whose_header_warns_of_text():
    pixels, _ = name_burned_in((96, 240), text="\n".join(["MARKER^JOHN 17.03.1962"] * 4))
    assert deidentify(image_bytes(pixels), Options(burned_in="ask"), PSEUDONYMS).asks
    warned = deidentify(image_bytes(PIXELS, BurnedInAnnotation="YES"), Options(burned_in="ask"), PSEUDONYMS)
    assert warned.asks
    assert warned.boxes == ()
    data = image_bytes(PIXELS)
    clean = deidentify(data, Options(burned_in="ask"), PSEUDONYMS)
    assert not clean.asks
    assert clean.data == deidentify(data, Options(), PSEUDONYMS).data


def test_a_png_is_asked_about_and_masked_too():
    pixels, ink = name_burned_in((96, 240))
    file = BytesIO()
    PIL.Image.fromarray(pixels).save(file, "PNG")
    asked = deidentify(file.getvalue(), Options(burned_in="ask"), PSEUDONYMS)
    np.testing.assert_array_equal(np.asarray(PIL.Image.open(BytesIO(asked.data))), pixels)
    after = np.asarray(PIL.Image.open(BytesIO(mask_confirmed(asked.data, asked.boxes))))
    assert (after[ink] == pixels.min()).all()
