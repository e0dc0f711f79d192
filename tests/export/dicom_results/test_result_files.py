"""The objects of one answer, held against highdicom, dsrdump and dciodvfy."""

import logging
import re
from dataclasses import replace
from io import BytesIO

import highdicom
import numpy as np
import pydicom
import pytest
from pydicom.uid import CTImageStorage, UltrasoundMultiFrameImageStorage, generate_uid

from meddx.config import RESEARCH_USE
from meddx.errors import Refused
from meddx.export.dicom_results import result_files as module
from meddx.export.dicom_results.result_files import result_files
from meddx.imaging.drawable_image import to_drawable
from meddx.imaging.overlay import CUTOFF, map_on_image
from meddx.imaging.read_image import read_image
from meddx.imaging.source_header import source_header
from tests.export.cases import FAR, answer, case, check
from tests.imaging.images import image_bytes
from tests.network.peers import dump_of, errors_of

PROJECTION = {
    "Modality": "DX", "BodyPartExamined": "CHEST", "PatientOrientation": ["L", "F"], "PixelSpacing": [0.2, 0.3],
}  # fmt: skip
SLICE = {
    "Modality": "CT", "SOPClassUID": CTImageStorage, "FrameOfReferenceUID": generate_uid(), "PixelSpacing": [0.5, 0.5],
    "ImagePositionPatient": [1, 2, 3], "ImageOrientationPatient": [1, 0, 0, 0, 1, 0], "SliceThickness": 2,
}  # fmt: skip


def film(**attributes):
    """A film of 40 x 20 of a study."""
    study = {
        "StudyInstanceUID": "1.2.3", "SeriesInstanceUID": "1.2.4", "SOPInstanceUID": "1.2.5", "PatientID": "007",
        "PatientBirthDate": "19701231", "PatientSex": "F", "StudyID": "S1", "StudyDate": "20261128",
        "AccessionNumber": "A1", "BurnedInAnnotation": "NO",
    }  # fmt: skip
    return image_bytes(np.zeros((40, 20), np.uint16), **study | attributes)


def results(card, data=None, cases=None, **wanted):
    """File name -> data set of the results on a film."""
    data = film(**PROJECTION) if data is None else data
    drawn = to_drawable(read_image(data))
    given = cases or [case(card, check=replace(check(), quick=True), answer=answer(ood=FAR))]
    made = result_files(source_header(data), [replace(one, image=drawn) for one in given], **wanted)
    return {name: pydicom.dcmread(BytesIO(content)) for name, content in made.files.items()}, made


@pytest.fixture(params=[PROJECTION, SLICE], ids=["projection", "slice"])
def everything(request, card):
    return results(card, film(**request.param), segmentation=True, report=True)


def test_no_object_breaks_its_definition_by_dciodvfy(everything, tmp_path):
    objects, made = everything
    assert set(objects) == {"findings.dcm", "picture-2.dcm", "map-2.dcm", "area-2.dcm", "report.dcm"}
    for name, content in made.files.items():
        (tmp_path / name).write_bytes(content)
        assert errors_of(tmp_path / name) == [], name


def test_every_object_lies_in_the_study_of_its_source_and_says_what_it_is_for(everything):
    objects, _ = everything
    for name, made in objects.items():
        assert (made.StudyInstanceUID, made.PatientID, str(made.PatientName)) == ("1.2.3", "007", "Zebedee^Quartz"), (
            name
        )
        assert (made.AccessionNumber, made.PatientBirthDate, made.StudyDate) == ("A1", "19701231", "20261128"), name
        assert made.SeriesDescription.startswith("Research use only"), name
        assert "1.2.5" in {element.value for element in made.iterall() if element.keyword == "ReferencedSOPInstanceUID"}
    assert len({made.SeriesInstanceUID for made in objects.values()}) == 5
    comments = [element.value for element in objects["findings.dcm"].iterall() if element.keyword == "TextValue"]
    assert any(RESEARCH_USE in comment for comment in comments)


def references_to(uid, made):
    """Every item of an object that refers to another object."""
    found = []
    made.walk(lambda item, element: found.append(item) if element.value == uid else None)
    return found


@pytest.mark.parametrize("uid", [UltrasoundMultiFrameImageStorage, "1.2.840.113619.4.26"], ids=["frames", "private"])
def test_a_source_of_several_frames_or_of_an_unknown_class_is_named_with_its_class(card, tmp_path, uid):
    frames = 2 if uid == UltrasoundMultiFrameImageStorage else 1
    pixels = np.zeros((frames * 40, 20), np.uint16)
    study = {"StudyInstanceUID": "1.2.3", "SeriesInstanceUID": "1.2.4", "SOPInstanceUID": "1.2.5"}
    many = {"NumberOfFrames": frames, "Rows": 40} if frames > 1 else {}
    data = image_bytes(pixels, **study | PROJECTION | many, SOPClassUID=uid)
    drawn = to_drawable(read_image(data, frames - 1))
    one = replace(case(card), image=drawn)
    made = result_files(source_header(data, frames - 1), [one], segmentation=True, report=True)
    assert set(made.files) == {"findings.dcm", "picture-2.dcm", "map-2.dcm", "area-2.dcm", "report.dcm"}
    for name, content in made.files.items():
        (tmp_path / name).write_bytes(content)
        if frames > 1:
            assert errors_of(tmp_path / name) == [], name
        of_source = references_to("1.2.5", pydicom.dcmread(BytesIO(content)))
        assert {item.ReferencedSOPClassUID for item in of_source} == {uid}, name
        if frames > 1 and name != "report.dcm":
            assert {item.get("ReferencedFrameNumber") for item in of_source} >= {2}, name


def numbers(group):
    return {item.name.meaning: item.value for item in group.get_measurements()}


def test_the_report_read_back_by_highdicom_holds_the_answer_to_the_last_digit(card):
    exact = answer(probabilities={"NORMAL": 0.1 + 0.2, "EFFUSION": 1 / 3, "NODULE": 1e-17}, ood=FAR)
    objects, made = results(card, cases=[case(card, answer=exact, check=replace(check(), quick=True))])
    report = highdicom.sr.srread(BytesIO(made.files["findings.dcm"]))
    whole, *labels = report.content.get_image_measurement_groups()
    assert numbers(whole)["Distance to the images that the model suits"] == FAR.distance
    for label, group in zip(card.labels, labels, strict=True):
        found = numbers(group)
        assert found == {"Calibrated probability": exact.probabilities[label.name], "Cut-off": label.threshold}
        values = {one.name.meaning: one.value.meaning for one in group.get_qualitative_evaluations()}
        assert values["Result against the cut-off"] == ("Positive" if label.name == "EFFUSION" else "Negative")
        in_set = "Yes" if label.name in exact.prediction_set else "No"
        assert values["Not excluded (in the prediction set)"] == in_set
        assert values["Check of the heat map"] == ("Failed" if label.name == "EFFUSION" else "Not checked")
        assert group.finding_type.value == label.code.value
    texts = [element.value for element in objects["findings.dcm"].iterall() if element.keyword == "TextValue"]
    assert f"Weights SHA-256: {card.weights.sha256}" in texts


def boxes(report):
    """Tracking identifier, finding and box of each region that a report speaks of, in its order."""
    found = []
    for group in report.content.get_planar_roi_measurement_groups():
        corners = group.roi.value
        found.append((group.tracking_uid, group.finding_type.value, (*corners.min(axis=0), *corners.max(axis=0))))
    return found


def test_every_group_has_a_place_on_the_image_that_of_a_finding_where_its_map_is_highlighted(card):
    _, made = results(card, cases=[case(card), case(card, label=card.labels[2], explanation=None, check=check())])
    report = highdicom.sr.srread(BytesIO(made.files["findings.dcm"]))
    groups = {group.tracking_uid: group for group in report.content.get_image_measurement_groups()}
    places = boxes(report)
    assert [(uid, finding) for uid, finding, _ in places] == [
        (uid, group.finding_type.value) for uid, group in groups.items()
    ]
    said = answer()
    down, across = np.nonzero(map_on_image(said.heatmaps["EFFUSION"], said.placement, 40, 20) >= CUTOFF * 0.1)
    whole, part = (0, 0, 20, 40), (across.min(), down.min(), across.max() + 1, down.max() + 1)
    assert [box for _, _, box in places] == [whole, whole, part, whole]
    [measured] = [one for one in report.ContentSequence if one.ConceptNameCodeSequence[0].CodeValue == "126010"]
    kinds = [{item.ValueType for item in group.ContentSequence} for group in measured.ContentSequence]
    assert ["SCOORD" in kind for kind in kinds] == [True] * 4 + [False] * 4, "viewers draw the image of the first"


def test_of_several_highlighted_parts_the_one_with_most_evidence_is_boxed(card):
    heatmap = np.zeros((5, 5), np.float32)
    heatmap[0, 0], heatmap[4, 4] = 0.05, 0.09
    said = answer(heatmaps=dict.fromkeys(answer().heatmaps, heatmap))
    _, made = results(card, cases=[case(card, answer=said)])
    _, _, (_, _, (left, top, right, bottom)), _ = boxes(highdicom.sr.srread(BytesIO(made.files["findings.dcm"])))
    assert (right, bottom) == (20, 40)
    assert left > 10
    assert top > 20


def test_the_report_as_dsrdump_prints_it_holds_the_same_numbers(card, tmp_path):
    _, made = results(card)
    (tmp_path / "sr.dcm").write_bytes(made.files["findings.dcm"])
    dump = dump_of(tmp_path / "sr.dcm")
    printed = re.findall(r'"Calibrated probability"\)="([^"]*)"', dump)
    assert [float(one) for one in printed] == list(answer().probabilities.values())
    assert f"Weights SHA-256: {card.weights.sha256}" in dump
    assert '"Unlike the images that the model suits")=(373066001,SCT,"Yes")' in dump
    assert "guessed; on nothing" in dump


@pytest.mark.parametrize("source", [PROJECTION, SLICE], ids=["projection", "slice"])
def test_map_and_area_lie_on_the_pixels_of_the_source(card, source):
    objects, _ = results(card, film(**source), segmentation=True)
    made, said = objects["map-2.dcm"], answer()
    expected = map_on_image(said.heatmaps["EFFUSION"], said.placement, 40, 20)
    np.testing.assert_array_equal(objects["area-2.dcm"].pixel_array, expected >= CUTOFF * said.heatmap_scale)
    shared = made.SharedFunctionalGroupsSequence[0]
    assert shared.PixelMeasuresSequence[0].PixelSpacing == source["PixelSpacing"]
    orientation = shared.PlaneOrientationSequence[0].ImageOrientationPatient
    if source is SLICE:
        assert made.FrameOfReferenceUID == SLICE["FrameOfReferenceUID"] == objects["area-2.dcm"].FrameOfReferenceUID
        assert orientation == [1, 0, 0, 0, 1, 0]
    else:
        assert orientation == [1, 0, 0, 0, 0, -1], "rows run to the patient's left, columns to the feet"
        assert "FrameOfReferenceUID" not in objects["area-2.dcm"]


@pytest.mark.parametrize(
    ("stated", "region", "side"),
    [
        ({"BodyPartExamined": "BREAST", "Laterality": "R"}, "76752008", "R"),
        ({"BodyPartExamined": "CHEST"}, "816094009", "U"),
        ({"BodyPartExamined": "TENTACLE"}, "123037004", "U"),
    ],
)
def test_a_map_states_the_part_of_the_body(card, tmp_path, stated, region, side):
    objects, made = results(card, film(**PROJECTION | stated))
    [anatomy] = objects["map-2.dcm"].SharedFunctionalGroupsSequence[0].FrameAnatomySequence
    assert (anatomy.AnatomicRegionSequence[0].CodeValue, anatomy.FrameLaterality) == (region, side)
    (tmp_path / "map.dcm").write_bytes(made.files["map-2.dcm"])
    assert errors_of(tmp_path / "map.dcm") == []


def read_by_highdicom(content, mapping):
    """The values of a map by one of its mappings. Frames are read one by one, else highdicom 0.28 rescales no float."""
    [frame] = highdicom.imread(BytesIO(content), lazy_frame_retrieval=True).get_frames(
        apply_real_world_transform=True, real_world_value_map_selector=mapping
    )
    return frame


@pytest.mark.parametrize("scale", [0.1, None], ids=["scale of all images", "of its own"])
def test_a_map_holds_shares_of_its_scale_and_says_how_much_evidence_they_are(card, scale):
    said = answer(heatmap_scale=scale)
    objects, made = results(card, cases=[case(card, answer=said)])
    content, evidence = made.files["map-2.dcm"], map_on_image(said.heatmaps["EFFUSION"], said.placement, 40, 20)
    shares = np.frombuffer(objects["map-2.dcm"].FloatPixelData, np.float32).reshape(40, 20)
    np.testing.assert_allclose(shares, evidence / (scale or said.heatmaps["EFFUSION"].max()), rtol=1e-6)
    np.testing.assert_array_equal(highdicom.imread(BytesIO(content)).get_frames()[0], shares)
    np.testing.assert_allclose(read_by_highdicom(content, "EFFUSION"), evidence, rtol=1e-6)
    [groups] = objects["map-2.dcm"].SharedFunctionalGroupsSequence
    units = [one.MeasurementUnitsCodeSequence[0].CodeValue for one in groups.RealWorldValueMappingSequence]
    assert units == ["1", "{logit}"]
    [window] = groups.FrameVOILUTSequence
    assert (window.WindowCenter, window.WindowWidth) == (0.5, 1), "what viewers draw that know no other window"


def test_no_object_states_a_distance_between_slices_of_which_it_has_one(card):
    objects, _ = results(card, film(**SLICE), segmentation=True)
    for name in ("map-2.dcm", "area-2.dcm"):
        [measures] = objects[name].SharedFunctionalGroupsSequence[0].PixelMeasuresSequence
        assert measures.SliceThickness == SLICE["SliceThickness"]
        assert "SpacingBetweenSlices" not in measures, name


def test_the_same_result_has_the_same_uids_and_another_has_others(card):
    def uids(data, **wanted):
        objects, _ = results(card, data, **wanted)
        return {name: made.SOPInstanceUID for name, made in objects.items()}

    once = uids(film(**PROJECTION), segmentation=True, report=True)
    assert uids(film(**PROJECTION, StationName="X"), segmentation=True, report=True) == once
    other = uids(film(**PROJECTION, SOPInstanceUID="1.2.6"), segmentation=True, report=True)
    assert not set(once.values()) & set(other.values())
    passed = results(card, cases=[case(card, check=check("reliable"))])[0]
    assert passed["findings.dcm"].SOPInstanceUID != once["findings.dcm"], "what it states is another"


def test_a_map_without_a_geometry_is_left_out_and_that_is_said(card):
    objects, made = results(card, film(Modality="DX"))
    assert "map-2.dcm" not in objects
    assert "PatientOrientation" in made.left_out[0]


def test_an_area_without_a_slice_thickness_is_left_out_and_that_is_said(card):
    thin = {name: value for name, value in SLICE.items() if name != "SliceThickness"}
    objects, made = results(card, film(**thin), segmentation=True)
    assert set(objects) == {"findings.dcm", "picture-2.dcm", "map-2.dcm"}
    assert "slice thickness" in made.left_out[0]


def test_no_picture_and_no_map_of_what_is_withheld(card):
    cases = [case(card), case(card, label=card.labels[2], explanation=None, check=check())]
    assert set(results(card, cases=cases)[0]) == {"findings.dcm", "picture-2.dcm", "map-2.dcm"}


def test_a_name_of_any_kind_is_copied_and_never_logged(card, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    for name in ("Zebedee", "Müller=山田", ""):
        data = film(**PROJECTION, PatientName=name, SpecificCharacterSet="ISO_IR 192")
        objects, _ = results(card, data, segmentation=True, report=True)
        assert {str(made.PatientName) for made in objects.values()} == {name}
    captured = capfd.readouterr()
    assert "Zebedee" not in caplog.text + captured.out + captured.err


def test_missing_packages_are_said_in_a_sentence(card, monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    with pytest.raises(Refused, match="not installed: pip install"):
        results(card)
