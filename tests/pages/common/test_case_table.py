"""The table of cases that a reader adds beside the images."""

import pytest

from meddx.errors import Refused
from pages.ui.common.case_table import image_names, listed_note, listed_value, read_case_table


def table(text):
    return read_case_table(text.encode())


def row(table, name, *others):
    """The row of an image of a session that holds others too."""
    return table.row(name, image_names([name, *others]))


def test_a_row_means_an_image_by_path_then_by_name_then_without_its_ending():
    read = table("file;Patient Age\nnear/a.dcm;1\nfar/a.dcm;2\nb.dcm;3\nc;4\nd.v2.dcm;5\nold\\e;6\n")
    for name, age in (
        ("far/a.dcm", "2"), ("cd/far/a.dcm", "2"), ("cd/b.dcm", "3"), ("b.DCM", "3"), ("b", "3"), ("c.dcm", "4"),
        ("d.v2.dcm", "5"), ("e.png", "6"),
    ):  # fmt: skip
        assert listed_value(row(read, name), "patient_age") == age, name


@pytest.mark.parametrize("name", ["patientB/IM1.dcm", "patientA/IM1.png", "tientA/IM1.dcm", "IM10.dcm", "IM1.v2.dcm"])
def test_a_row_of_another_folder_ending_or_name_is_not_taken(name):
    assert isinstance(row(table("path,age\npatientA/IM1.dcm,61\n"), name), str)


def test_a_row_that_may_mean_several_images_of_the_session_is_taken_by_none():
    read = table("file,age\nIM1,61\nx/IM2.dcm,62\n")
    said = (
        "The table's row fits 2 images of this session, so it was not used: name them with their folders in column "
        "'file'."
    )
    assert row(read, "a/IM1.dcm", "b/IM1.dcm", "IM3.dcm") == said
    assert row(read, "IM1.dcm", "IM1.dcm") == said
    assert row(read, "x/IM2.dcm", "y/IM2.dcm")["age"] == "62"
    assert row(read, "x/IM2.dcm", "IM2.dcm")["age"] == "62", "the other states less"


def test_several_rows_and_none_are_said_in_one_sentence():
    read = table("path,age\na.dcm,1\nold/a.dcm,2\nb.dcm,3\nb.dcm,4\n")
    assert row(read, "a.dcm")["age"] == "1", "its very path comes first"
    assert row(read, "new/a.dcm")["age"] == "1"
    assert row(read, "b.dcm") == "The table has 2 rows for this image, so none was used: keep one of them."
    assert row(read, "c.dcm") == "The table has no row for this image, by its file's name in column 'path'."


def test_a_case_is_named_without_the_ending_where_no_column_names_the_image():
    assert row(table("Case ID\tage\n17\t61\n"), "17.dcm")["age"] == "61"


def test_columns_are_found_without_case_and_punctuation_the_exact_name_first():
    [row] = table("file,Body Part,body_part,NOTE\na.dcm,CHEST,HAND,Seen today\n").rows
    assert (listed_value(row, "body_part"), listed_value(row, "bodypart"), listed_value(row, "age")) == (
        "HAND",
        "CHEST",
        "",
    )
    assert listed_note(row) == "Seen today"


@pytest.mark.parametrize("text", ["", "age,sex\n61,F\n", "SOPInstanceUID,age\n1.2,61\n", "file,age\n"])
def test_a_table_that_names_no_image_is_refused(text):
    with pytest.raises(Refused) as refused:
        table(text)
    assert refused.value.rule == "missing-column"


def test_what_is_no_table_or_too_large_is_refused_without_its_content(monkeypatch):
    with pytest.raises(Refused) as refused:
        table("file,age\na.dcm,61,Zebedee\n")
    assert refused.value.rule == "uneven-row"
    assert "Zebedee" not in refused.value.reason
    monkeypatch.setattr("pages.ui.common.case_table.MOST_BYTES", 8)
    with pytest.raises(Refused) as refused:
        table("file,age\na.dcm,61\n")
    assert refused.value.rule == "table-too-large"
    monkeypatch.undo()
    with pytest.raises(Refused, match="more than 50,000 lines"):
        table("file,age\n" + 50_000 * "a,1\n")


def test_it_does_not_show_what_it_holds():
    assert "Zebedee" not in repr(table("file,name\na.dcm,Zebedee\n"))
