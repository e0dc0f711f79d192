import pytest

from meddx.config import data_dir
from meddx.errors import Refused
from meddx.evaluate.sets.labelled_set import LesionBox
from meddx.evaluate.sets.yolo_boxes import boxes_beside, read_yolo

CLASSES = {"0": "nodule", "1": "effusion", "7": "nodule"}


def image(folder, name, boxes=None):
    (folder / f"{name}.jpg").write_bytes(b"")
    if boxes is not None:
        (folder / f"{name}.txt").write_text(boxes)


def test_boxes_become_edges_and_labels(tmp_path):
    image(tmp_path, "p1-2", "0 0.5 0.25 0.5 0.25\n\n1 0.875 0.5 0.25 1\n")
    image(tmp_path, "p1-1", "7 0.5 0.5 1 1")
    image(tmp_path, "p2-1")
    images = read_yolo(tmp_path, CLASSES, "*.jpg", r"(p\d)")
    assert images.labels == ("nodule", "effusion")
    assert images.ids == ["p1-1.jpg", "p1-2.jpg", "p2-1.jpg"]
    assert [case.labels for case in images.cases] == [("nodule",), ("nodule", "effusion"), ()]
    assert images.groups.tolist() == ["p1", "p1", "p2"]
    assert images.cases[1].boxes == (
        LesionBox(0.25, 0.125, 0.75, 0.375, "nodule"),
        LesionBox(0.75, 0.0, 1.0, 1.0, "effusion"),
    )


def test_an_edge_that_rounding_pushed_out_is_brought_back(tmp_path):
    image(tmp_path, "a", "0 0.05 0.5 0.11 0.2")
    assert boxes_beside(tmp_path / "a.jpg", CLASSES)[0].left == 0.0
    assert boxes_beside(tmp_path / "a.jpg")[0].label is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0 .5 .5 .1 .1\n0 .5 .5 .1", "Row 1 of the set: Line 2 of its boxes is not `class cx cy w h`"),
        ("0 .5 .5 .1 wide", "Line 1"),
        ("0 256 256 30 30", "does not lie on the image"),
        ("0 .5 .5 0 .1", "does not lie on the image"),
        ("0 nan .5 .1 .1", "does not lie on the image"),
        ("5 .5 .5 .1 .1", "none of the classes 0, 1, 7"),
        ("0 .5 .5 .1 .1 é", "cannot be read"),
    ],
)
def test_errors_name_the_row_and_the_line(tmp_path, text, said):
    image(tmp_path, "a", text)
    with pytest.raises(Refused, match=said):
        read_yolo(tmp_path, CLASSES, "*.jpg")


def test_a_pattern_that_finds_nothing_is_refused(tmp_path):
    image(tmp_path, "a")
    with pytest.raises(Refused, match="No image"):
        read_yolo(tmp_path, CLASSES, "*.png")
    with pytest.raises(Refused, match="Row 1 of the set: the file name"):
        read_yolo(tmp_path, CLASSES, "*.jpg", r"(p\d)")


@pytest.mark.data
@pytest.mark.skipif(data_dir() is None, reason="the public data sets are not here (MEDDX_DATA)")
def test_brain_tumours_lie_in_the_folder_of_their_box():
    classes = {"0": "pituitary", "1": "meningioma", "2": "glioma"}
    images = read_yolo(data_dir() / "brain_tumor_mri", classes, "*/*.jpg")
    assert len(images) == 1196 + 599 + 789
    assert all(case.labels == (case.id.split("/")[0],) and len(case.boxes) == 1 for case in images.cases)
