import pytest

from meddx.errors import Refused
from meddx.evaluate.manifest import read_manifest


def manifest(tmp_path, text):
    path = tmp_path / "manifest.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_column_for_each_label(tmp_path):
    text = "path,patient,split,nodule,effusion\na.dcm,P1,train,1,0\nb.dcm,P2,test,1,1\nc.dcm,P1,train,0,no\n"
    films = read_manifest(
        manifest(tmp_path, text), ("nodule", "effusion"), group_column="patient", where={"split": "train"}
    )
    assert films.ids == ["a.dcm", "c.dcm"]
    assert films.groups.tolist() == ["P1", "P1"]
    assert films.targets().tolist() == [[True, False], [False, False]]
    assert films.cases[0].path == tmp_path / "a.dcm"


def test_one_column_with_the_label_and_a_frame(tmp_path):
    films = read_manifest(
        manifest(tmp_path, "path,finding,frame\nx.dcm, Viral ,2\n"), ("viral", "normal"), label_column="finding"
    )
    assert (films.cases[0].labels, films.cases[0].frame) == (("viral",), 2)


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
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Refused, match="UTF-8"):
        read_manifest(path, ("nodule", "effusion"))
