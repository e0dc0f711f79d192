import pytest

from meddx.errors import Refused
from meddx.evaluate.sets.labelled_set import LesionBox, LesionMask
from meddx.evaluate.sets.manifest import read_manifest, read_rows


def manifest(tmp_path, text):
    path = tmp_path / "manifest.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_column_for_each_label(tmp_path):
    text = "path,patient,split,nodule,effusion\na.dcm,P1,train,1,0\nb.dcm,P2,test,1,1\nc.dcm,P1,train,0,no\n"
    images = read_manifest(
        manifest(tmp_path, text), ("nodule", "effusion"), group_column="patient", where={"split": "train"}
    )
    assert images.ids == ["a.dcm", "c.dcm"]
    assert images.groups.tolist() == ["P1", "P1"]
    assert images.targets().tolist() == [[True, False], [False, False]]
    assert images.cases[0].path == tmp_path / "a.dcm"


def test_rows_of_adults_alone(tmp_path):
    text = "path,is,years\na.png,nodule,17\nb.png,nodule,18\nc.png,effusion,\nd.png,effusion,40.5\n"
    adults = read_manifest(manifest(tmp_path, text), ("nodule", "effusion"), label_column="is", at_least={"years": 18})
    assert adults.ids == ["b.png", "d.png"]
    with pytest.raises(Refused, match="column 'weight'"):
        read_manifest(manifest(tmp_path, text), ("nodule", "effusion"), label_column="is", at_least={"weight": 18})


def test_an_age_is_read_as_its_column_is_and_what_is_no_number_is_refused_not_dropped(tmp_path):
    text = "path,is,age\na.png,nodule,045Y\nb.png,nodule,018M\nc.png,effusion,unknown\nd.png,effusion,40\n"
    labels = ("nodule", "effusion")
    adults = read_manifest(manifest(tmp_path, text), labels, label_column="is", at_least={"age": 18})
    assert adults.ids == ["a.png", "d.png"]
    for column, typed in (("age", "4O"), ("years", "4O")):
        wrong = manifest(tmp_path, f"path,is,{column}\na.png,nodule,{typed}\n")
        with pytest.raises(Refused, match=f"Row 1: column '{column}'"):
            read_manifest(wrong, labels, label_column="is", at_least={column: 18})


def test_a_missing_manifest_is_not_called_unreadable(tmp_path):
    with pytest.raises(Refused, match="is not on this machine") as refused:
        read_manifest(tmp_path / "lost.csv", ("nodule",))
    assert str(tmp_path) not in refused.value.reason


def test_one_column_with_the_label_and_a_frame(tmp_path):
    images = read_manifest(
        manifest(tmp_path, "path,finding,frame\nx.dcm, Viral ,2\n"), ("viral", "normal"), label_column="finding"
    )
    assert (images.cases[0].labels, images.cases[0].frame) == (("viral",), 2)


@pytest.mark.parametrize(
    ("text", "label_column", "rule", "said"),
    [
        ("path,nodule\na,1\n", None, "missing-column", "effusion"),
        ("", None, "missing-column", "lacks rows"),
        ("path,nodule,effusion\na,1,0\nb,2,0\n", None, "unknown-value", "Row 2"),
        ("path,is\na,nodule\nb,cancer\n", "is", "unknown-label", "Row 2"),
        ("path,is,frame\na,nodule,-1\n", "is", "unknown-value", "'frame'"),
    ],
)
def test_errors_name_the_row_and_column(tmp_path, text, label_column, rule, said):
    with pytest.raises(Refused, match=said) as refusal:
        read_manifest(manifest(tmp_path, text), ("nodule", "effusion"), label_column=label_column)
    assert refusal.value.rule == rule


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "manifest.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x81")
    with pytest.raises(Refused, match="is no text, workbook or Parquet table"):
        read_manifest(path, ("nodule", "effusion"))


def test_patients_views_boxes_and_masks_are_kept(tmp_path):
    first_row = "a.dcm,nodule,female,63.5,pa,0.1 0.2 0.3 0.4,m/a.png"
    text = f"path,is,sex,age,view,box,nodule_mask\n{first_row}\nb.dcm,effusion,,,,,\n"
    first, second = read_manifest(manifest(tmp_path, text), ("nodule", "effusion"), label_column="is").cases
    assert (first.sex, first.age, first.view) == ("F", 63.5, "PA")
    assert first.boxes == (LesionBox(0.1, 0.2, 0.3, 0.4),)
    assert first.masks == (LesionMask(tmp_path / "m/a.png", "nodule"),)
    assert (second.sex, second.age, second.view, second.boxes, second.masks) == (None, None, None, (), ())


@pytest.mark.parametrize(("age", "years"), [("063Y", 63.0), ("018M", 1.5), ("007D", 7 / 365.25), ("0.5", 0.5)])
def test_ages_are_years_or_dicoms_age_strings(tmp_path, age, years):
    text = f"path,is,age\na,nodule,{age}\n"
    images = read_manifest(manifest(tmp_path, text), ("nodule", "effusion"), label_column="is")
    assert images.cases[0].age == pytest.approx(years)


@pytest.mark.parametrize(
    ("column", "value"),
    [("sex", "X"), ("age", "-1"), ("age", "63 years"), ("box", "0 0 1"), ("box", "0.5 0 0.5 1"), ("box", "0 0 28 28")],
)
def test_what_a_column_cannot_mean_is_named_with_its_row(tmp_path, column, value):
    text = f"path,is,{column}\na,nodule,\nb,nodule,{value}\n"
    with pytest.raises(Refused, match=f"Row 2: column '{column}'"):
        read_manifest(manifest(tmp_path, text), ("nodule", "effusion"), label_column="is")


def test_names_of_the_set_are_mapped_to_labels(tmp_path):
    images = read_manifest(
        manifest(tmp_path, "path,is\na,Mass\n"), ("nodule", "effusion"), label_column="is", names={"mass": "nodule"}
    )
    assert images.cases[0].labels == ("nodule",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_rows_of_any_encoding_and_delimiter(encoding, delimiter, tmp_path):
    table = [["path", " label "], ["a b.png", " gesünd "], ["c.png", "krank"], ["", ""]]
    text = "\r\n".join(delimiter.join(row) for row in table)
    (tmp_path / "m.csv").write_bytes(text.encode(encoding))
    assert read_rows(tmp_path / "m.csv") == [
        {"path": "a b.png", "label": "gesünd"},
        {"path": "c.png", "label": "krank"},
    ]


def test_rows_whose_patient_is_not_stated_are_patients_of_their_own(tmp_path):
    (tmp_path / "m.csv").write_text("path,label,patient\na,ill,\nb,ill,\nc,ill,P\nd,ill,P\n")
    groups = [
        case.group
        for case in read_manifest(tmp_path / "m.csv", ("ill",), label_column="label", group_column="patient").cases
    ]
    assert len(set(groups)) == 3
    assert groups[2] == groups[3] == "P"
