"""Tables as people have them: which column is what."""

import numpy as np
import PIL.Image
import pytest

from meddx.errors import Refused
from meddx.evaluate.sets.manifest_roles import find_roles
from meddx.evaluate.sets.open_set import open_set, set_reading

LABELS = ("mel", "nv")


def columns(text, labels=()):
    head, *rows = [line.split(",") for line in text.split()]
    return find_roles([dict(zip(head, row, strict=True)) for row in rows], labels)


def table(folder, text):
    for name in ("a.png", "deep/b.jpg", "c.PNG"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        PIL.Image.fromarray(np.zeros((4, 4), np.uint8)).save(folder / name, format="PNG")
    (folder / "labels.csv").write_text(text)
    return folder / "labels.csv"


@pytest.mark.parametrize("image", ["path", "file", "FileName", "image", "ImageID", "image_id", "file_name", "img"])
@pytest.mark.parametrize("label", ["label", "Class", "diagnosis", "target", "DX"])
def test_images_and_labels_by_many_names(image, label):
    found = columns(f"{image},{label}\na,mel")
    assert (found.image, found.label, found.patient) == (image, label, None)


@pytest.mark.parametrize(
    "patient",
    ["patient", "Patient_ID", "subject", "SubjectID", "lesion_id", "case", "group", "MRN", "pat_id", "participant"],
)
def test_patients_by_many_names(patient):
    assert columns(f"path,label,{patient}\na,mel,P").patient == patient


def test_a_patient_is_wider_than_a_lesion():
    assert columns("image_id,dx,lesion_id,patient_id\na,mel,L,P").patient == "patient_id"
    assert columns("image_id,dx,lesion_id,MRN\na,mel,L,P").patient == "MRN"


@pytest.mark.parametrize("text", ["file,image,label\na,b,mel", "path,class,diagnosis\na,mel,nv"])
def test_what_may_be_meant_twice_is_refused_with_both_names(text):
    with pytest.raises(Refused, match="may each name the") as refused:
        columns(text)
    assert "rename the right one" in refused.value.reason


def test_the_documented_name_wins_over_others():
    assert columns("path,image,label,target\na,b,mel,7").label == "label"


def test_without_an_image_the_names_are_said():
    with pytest.raises(Refused, match="'filename'"):
        columns("label,patient\nmel,P")


def test_one_hot_columns_are_those_of_which_one_is_true():
    assert columns("image,MEL,NV,age\na,1.0,0.0,40\nb,0.0,1.0,50").one_hot == ("MEL", "NV")
    assert columns("image,MEL,NV\na,1,1\nb,0,1").one_hot == ()
    assert columns("image,MEL,NV,biopsied\na,1,1,1\nb,0,1,0", LABELS).one_hot == ("MEL", "NV")


def test_names_without_extension_and_in_other_folders_are_found(tmp_path):
    path = table(tmp_path, "Image_ID,DX,Lesion_ID,Sex,Age\na,MEL,L1,male,40.0\nb,nv,L2,unknown,nan\nc,nv,L2,,\n")
    images = open_set(path, LABELS)
    assert [case.path.name for case in images.cases] == ["a.png", "b.jpg", "c.PNG"]
    assert images.groups.tolist() == ["L1", "L2", "L2"]
    assert [(case.sex, case.age) for case in images.cases] == [("M", 40.0), (None, None), (None, None)]
    assert [case.image().values.shape for case in images.cases] == [(4, 4)] * 3
    assert "labels from 'DX'" in set_reading(tmp_path)


def test_one_hot_columns_are_mapped_to_labels(tmp_path):
    path = table(tmp_path, "file,melanoma,naevus,lentigo\na.png,1,0,0\nb,0,1,0\nc.PNG,0,0,1\n")
    names = {"melanoma": "mel", "naevus": "nv", "lentigo": "nv"}
    assert [case.labels for case in open_set(path, LABELS, names).cases] == [("mel",), ("nv",), ("nv",)]


def test_several_labels_may_be_true(tmp_path):
    path = table(tmp_path, "image,Mel,NV\na,1,1\nb,0,0\n")
    assert [case.labels for case in open_set(path, LABELS).cases] == [("mel", "nv"), ()]


def test_a_mark_that_is_neither_is_named_with_its_row(tmp_path):
    path = table(tmp_path, "image,mel,nv\na,1,0\nb,-1,0\n")
    with pytest.raises(Refused, match="Row 2: column 'mel' must be 1 or 0"):
        open_set(path, LABELS)


def test_a_name_that_two_files_have_is_missing_and_not_guessed(tmp_path):
    path = table(tmp_path, "image,dx\nsame,mel\n")
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same.png").write_bytes(b"")
    [case] = open_set(path, LABELS).cases
    assert not case.path.exists()


def test_the_only_column_of_ones_and_zeros_says_present_or_absent():
    read = columns("image_id,patient,pneumonia,age\na,1,1,61\nb,2,0,70")
    assert (read.label, read.one_hot, read.marks) == ("pneumonia", (), ())
    assert columns("image,MEL,comment\na,1,ok\nb,0,ok", ("MEL",)).one_hot == ("MEL",)
