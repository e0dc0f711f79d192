import numpy as np
import PIL.Image
import pytest

from meddx.errors import Refused
from meddx.evaluate.sets.open_set import open_set
from tests.imaging.images import image_bytes

LABELS = ("normal", "pneumonia")
PIXELS = np.arange(12, dtype=np.uint8).reshape(3, 4)


def png(path):
    path.parent.mkdir(exist_ok=True)
    PIL.Image.fromarray(PIXELS).save(path)


def said(images):
    return [(case.id, *case.labels) for case in images.cases]


def test_a_folder_for_each_class(tmp_path):
    png(tmp_path / "NORMAL" / "1.png")
    png(tmp_path / "viral" / "2.png")
    images = open_set(tmp_path, LABELS, {"viral": "pneumonia"})
    assert said(images) == [("NORMAL/1.png", "normal"), ("viral/2.png", "pneumonia")]


def test_a_folder_with_a_csv_file_and_the_csv_file_itself(tmp_path):
    png(tmp_path / "images" / "1.png")
    text = "path,label,patient,split\nimages/1.png,Pneumonia,P1,test\nimages/0.png,normal,P0,train\n"
    (tmp_path / "labels.csv").write_text(text)
    for path in (tmp_path, tmp_path / "labels.csv"):
        images = open_set(path, LABELS)
        assert said(images) == [("images/1.png", "pneumonia")]
        assert images.groups.tolist() == ["P1"]
        assert np.array_equal(images.cases[0].image().values, PIXELS)


def test_dicom_objects_named_by_a_csv_file(tmp_path):
    (tmp_path / "a").write_bytes(image_bytes(PIXELS, SOPInstanceUID="1.2.1", PatientID="Q"))
    (tmp_path / "labels.csv").write_text("SOPInstanceUID,normal,pneumonia\n1.2.1,0,1\n")
    images = open_set(tmp_path, LABELS)
    assert said(images) == [("1.2.1", "pneumonia")]
    assert np.array_equal(images.cases[0].image().values, PIXELS)


def test_an_archive_by_number(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, test_images=np.stack([PIXELS] * 3), test_labels=np.array([[0], [1], [2]]))
    images = open_set(path, LABELS, {"0": "pneumonia", "1": "normal", "2": "pneumonia"})
    assert images.labels == LABELS
    assert [case.labels[0] for case in images.cases] == ["pneumonia", "normal", "pneumonia"]
    with pytest.raises(Refused, match="Row 3: label 2"):
        open_set(path, LABELS)
    with pytest.raises(Refused, match="Class 2 of the archive stands for no label"):
        open_set(path, LABELS, {"3": "normal"})
    with pytest.raises(Refused, match="'mass' is none of the labels"):
        open_set(path, LABELS, {"2": "mass"})


def test_what_is_no_set_is_said(tmp_path):
    with pytest.raises(Refused, match="does not exist"):
        open_set(tmp_path / "absent", LABELS)
    (tmp_path / "image.png").write_bytes(b"")
    with pytest.raises(Refused, match="no labelled set"):
        open_set(tmp_path / "image.png", LABELS)
    (tmp_path / "a.csv").write_text("path,label,split\n1.png,normal,train\n")
    with pytest.raises(Refused, match="for testing"):
        open_set(tmp_path / "a.csv", LABELS)
    (tmp_path / "b.csv").write_text("")
    with pytest.raises(Refused, match="has 2 CSV files"):
        open_set(tmp_path, LABELS)


@pytest.mark.parametrize("again", ["normal", "pneumonia"])
def test_an_image_in_two_rows_is_no_two_cases(again, tmp_path):
    (tmp_path / "1.png").touch()
    (tmp_path / "2.png").touch()
    (tmp_path / "a.csv").write_text(
        f"path,label,split\n2.png,normal,Test\n1.png,normal,TRAIN\n1,normal,test\n1.png,{again},test\n"
    )
    with pytest.raises(Refused, match=r"Row 4 names the image of row 3 again") as refused:
        open_set(tmp_path / "a.csv", ("normal", "pneumonia"))
    assert refused.value.rule == "case-twice"


def test_a_dicom_object_in_two_rows_is_no_two_cases(tmp_path):
    (tmp_path / "film").write_bytes(image_bytes(PIXELS, SOPInstanceUID="1.2.3"))
    (tmp_path / "a.csv").write_text("SOPInstanceUID,label\n1.2.3,normal\n1.2.3,pneumonia\n")
    with pytest.raises(Refused, match=r"Row 2 names the image of row 1 again"):
        open_set(tmp_path, LABELS)
