import numpy as np
import pytest

from meddx.errors import Refused
from meddx.evaluate.sets.dicom_table import read_dicom_table
from meddx.evaluate.sets.labelled_set import LesionBox
from tests.imaging.images import image_bytes

LABELS = ("normal", "pneumonia")
PIXELS = np.arange(12, dtype=np.uint16).reshape(3, 4)
IMAGES = {
    "study/a.dcm": {"SOPInstanceUID": "1.2.1", "PatientID": "Q-77", "PatientSex": "F", "PatientAge": "018M"},
    "study/b": {"SOPInstanceUID": "1.2.2", "PatientID": "Q-78", "ViewPosition": "PA"},
    "c.dcm": {"SOPInstanceUID": "1.2.3", "PatientID": "Q-77"},
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "study").mkdir()
    for name, attributes in IMAGES.items():
        (tmp_path / name).write_bytes(image_bytes(PIXELS, **attributes))
    (tmp_path / "notes.pdf").write_bytes(b"%PDF")
    return tmp_path


def read(folder, text, **options):
    (folder / "labels.csv").write_text(text, encoding="utf-8")
    return read_dicom_table(folder, folder / "labels.csv", LABELS, **options)


def test_rows_name_objects_and_the_header_says_the_rest(folder):
    images = read(
        folder, "SOPInstanceUID,finding\n1.2.3,normal\n1.2.2,Pneumonia\n1.2.1,normal\n", label_column="finding"
    )
    assert images.ids == ["1.2.3", "1.2.2", "1.2.1"]
    assert images.targets().argmax(axis=1).tolist() == [0, 1, 0]
    # Patients by first appearance: the first and the last row are one patient, whose ID stays in the files.
    assert images.groups.tolist() == ["patient 1", "patient 2", "patient 1"]
    last = images.cases[2]
    assert (last.sex, last.age) == ("F", 1.5)
    assert images.cases[1].view == "PA"
    assert np.array_equal(last.image().values, PIXELS)


def test_rows_name_files_and_the_table_wins_over_the_header(folder):
    text = "path,normal,pneumonia,sex,patient,pneumonia_box\nstudy/a.dcm,0,1,M,P9,0 0.25 0.5 1; 0.5 0 1 0.5\n"
    images = read(folder, text, group_column="patient")
    case = images.cases[0]
    assert (case.labels, case.sex, case.age, case.group) == (("pneumonia",), "M", 1.5, "P9")
    assert case.boxes == (LesionBox(0, 0.25, 0.5, 1, "pneumonia"), LesionBox(0.5, 0, 1, 0.5, "pneumonia"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SOPInstanceUID,finding\n1.2.1,normal\n1.2.9,normal\n", "Row 2: the folder has no DICOM file"),
        ("path,finding\nnotes.pdf,normal\n", "Row 1: the folder has no DICOM file"),
        ("path,finding\nstudy/b,mass\n", "Row 1: the label is none of normal, pneumonia"),
        ("file,finding\nstudy/b,normal\n", "'SOPInstanceUID' or 'path'"),
        ("path,label\nstudy/b,normal\n", "column 'finding'"),
        ("path,finding\nstudy/b\n", "Row 1 has more or fewer fields"),
        ("path,finding,age\nstudy/b,normal,old\n", "Row 1: column 'age'"),
    ],
)
def test_errors_name_the_row_or_the_column(folder, text, said):
    with pytest.raises(Refused, match=said) as refusal:
        read(folder, text, label_column="finding")
    assert "Q-7" not in refusal.value.reason


def test_masks_lie_beside_the_table_wherever_the_images_are(folder, tmp_path_factory):
    table = tmp_path_factory.mktemp("labels") / "labels.csv"
    table.write_text("SOPInstanceUID,finding,mask\n1.2.1,pneumonia,m.png\n")
    case = read_dicom_table(folder, table, LABELS, label_column="finding").cases[0]
    assert case.masks[0].path == table.parent / "m.png"


def test_rows_without_a_patient_are_patients_of_their_own(folder):
    text = "SOPInstanceUID,finding,patient\n1.2.1,normal,\n1.2.2,normal,\n1.2.3,normal,P\n"
    images = read(folder, text, label_column="finding", group_column="patient")
    assert len(set(images.groups)) == 3
