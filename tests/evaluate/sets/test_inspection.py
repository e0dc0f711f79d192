import numpy as np
import pytest

from meddx.errors import Refused
from meddx.evaluate.sets.inspection import confine, inspect_set, write_relative_table
from meddx.evaluate.sets.open_set import open_set

LABELS = ("ill", "well")


def write(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"image")
    return folder


def test_folders_are_classes_however_deep_they_lie(tmp_path):
    write(tmp_path, "set/test/ill/a", "set/test/ill/more/b.dcm", "set/test/well/c.png", "set/test/well/c.txt")
    found = inspect_set(tmp_path)
    assert (found.path, found.images) == (tmp_path / "set/test", 3)
    assert found.classes == {"ill": 2, "well": 1}
    assert open_set(found.path, LABELS).ids == ["ill/a", "ill/more/b.dcm", "well/c.png"]


def test_a_table_is_found_anywhere(tmp_path):
    write(tmp_path, "images/a", "images/b", "images/notes.csv")
    table = tmp_path / "images" / "deep" / "labels.csv"
    table.parent.mkdir()
    table.write_text("path,label\n../a,ILL\n../b,well\n../b,well\n")
    found = inspect_set(tmp_path)
    assert (found.path, found.images, found.classes) == (table, 3, {"ILL": 1, "well": 2})


def test_spellings_of_a_class_are_one_class_under_the_most_frequent(tmp_path):
    rows = ["a,Normal ", "b,NORMAL", "c,Normal", "d,pneumonia", "e,Pneumonia"]
    (tmp_path / "labels.csv").write_text("\n".join(["path,label", *rows]))
    write(tmp_path, *"abcde")
    found = inspect_set(tmp_path)
    assert found.classes == {"Normal": 3, "pneumonia": 2}
    assert len(open_set(found.path, tuple(found.classes)).ids) == 5
    write(tmp_path / "folders", "Normal/a", "normal/b", "normal/c", "ill/d")
    assert inspect_set(tmp_path / "folders").classes == {"ill": 1, "normal": 3}


def test_columns_of_ones_and_zeros_may_be_labels_of_which_several_are_true(tmp_path):
    (tmp_path / "labels.csv").write_text("image_id,patient,nodule,effusion,age\na,1,1,1,1\nb,0,0,1,0\n")
    found = inspect_set(tmp_path)
    assert (found.classes, found.label_columns) == ({}, ("nodule", "effusion"))


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_is_found_as_it_is_read_in_any_encoding_and_with_any_delimiter(tmp_path, delimiter, encoding):
    text = "path,label,patiënt id\na,ill,1\nb,well,2\n".replace(",", delimiter)
    (tmp_path / "labels.csv").write_bytes(text.encode(encoding))
    write(tmp_path, "a", "b")
    assert inspect_set(tmp_path).classes == {"ill": 1, "well": 1}


@pytest.mark.parametrize("content", [b"", b"\n", b"\x00\xff\x00\x12\x99" * 99, b'"'])
def test_a_file_beside_the_table_that_is_none_is_passed_over(tmp_path, content):
    (tmp_path / "labels.csv").write_text("path,label\na,ill\n")
    (tmp_path / "other.csv").write_bytes(content)
    assert inspect_set(tmp_path).path.name == "labels.csv"


def test_of_a_table_with_splits_the_test_rows_count(tmp_path):
    (tmp_path / "labels.csv").write_text("path,ill,well,split\na,1,0,test\nb,0,1,train\n")
    found = inspect_set(tmp_path)
    assert (found.images, found.classes) == (1, {"ill": 1, "well": 0})


def test_columns_of_which_several_are_true_are_no_classes(tmp_path):
    (tmp_path / "labels.csv").write_text("path,effusion,nodule\na,1,1\nb,0,1\n")
    assert inspect_set(tmp_path).classes == {}


def test_what_was_taken_for_what_is_stated(tmp_path):
    (tmp_path / "HAM.csv").write_text("lesion_id,image_id,dx,sex\nL1,ISIC_1,mel,male\nL1,ISIC_2,nv,unknown\n")
    (tmp_path / "scanners.csv").write_text("file,scanner\nISIC_1,x\n")
    write(tmp_path, "part_1/ISIC_1.jpg", "part_2/ISIC_2.jpg")
    found = inspect_set(tmp_path)
    assert (found.path.name, found.classes, found.missing) == ("HAM.csv", {"mel": 1, "nv": 1}, 0)
    assert found.reading == "Read: images from column 'image_id', labels from 'dx', patients from 'lesion_id'."


@pytest.mark.parametrize("inside", [False, True])
def test_an_archive_has_numbers_for_classes(tmp_path, inside):
    path = tmp_path / "cells.npz"
    np.savez(path, test_images=np.zeros((3, 8, 8), np.uint8), test_labels=np.array([[1], [0], [1]]))
    found = inspect_set(tmp_path if inside else path)
    assert (found.path, found.images, found.classes) == (path, 3, {"0": 1, "1": 2})


PNG = b"\x89PNG\r\n\x1a\n"


def test_what_is_no_image_or_has_no_label_is_counted(tmp_path):
    write(tmp_path, "ill/no image", "well/b.png", "loose", "no image either")
    for name in ("well/b.png", "loose"):
        (tmp_path / name).write_bytes(PNG)
    found = inspect_set(tmp_path)
    assert (found.images, found.no_image, found.unlabelled) == (2, 1, 1)


def test_of_a_table_missing_files_and_images_without_a_row_are_counted_and_nothing_outside_is_read(tmp_path):
    write(tmp_path, "elsewhere", "set/no image")
    for name in ("set/a", "set/b"):
        (tmp_path / name).write_bytes(PNG)
    rows = ["a", "no image", "gone", "../elsewhere", "../nowhere"]
    (tmp_path / "set" / "labels.csv").write_text("path,label\n" + "".join(f"{row},ill\n" for row in rows))
    found = inspect_set(tmp_path / "set")
    assert (found.images, found.no_image, found.missing, found.unlabelled) == (5, 1, 1, 1)


def test_without_labels_or_with_too_many_it_is_refused(tmp_path):
    write(tmp_path, "a.dcm", "b.dcm")
    with pytest.raises(Refused, match="neither folders named after classes nor a CSV file"):
        inspect_set(tmp_path)
    for name in ("one", "two"):
        (tmp_path / f"{name}.csv").write_text("path,label\na.dcm,ill\n")
    with pytest.raises(Refused, match="2 CSV files"):
        inspect_set(tmp_path)


def test_paths_of_an_uploaded_table_are_found_beside_it_from_the_top_and_by_name(tmp_path):
    write(
        tmp_path, "tables/near.dcm", "images/far.dcm", "images/deep/named.dcm", "images/twice.dcm", "images/b/twice.dcm"
    )
    rows = ["near.dcm", "images/far.dcm", "C:\\images\\named.dcm", "twice.dcm", "gone.dcm"]
    (tmp_path / "tables" / "labels.csv").write_text("path,label\n" + "".join(f"{row},ill\n" for row in rows))
    write_relative_table(tmp_path)
    ids = open_set(inspect_set(tmp_path).path, LABELS).ids
    assert ids == ["tables/near.dcm", "images/far.dcm", "images/deep/named.dcm", "twice.dcm", "gone.dcm"]


def test_a_table_that_is_right_stays_as_it_is(tmp_path):
    write(tmp_path, "images/a")
    (tmp_path / "images" / "labels.csv").write_text("path,label\na,ill\n")
    write_relative_table(tmp_path)
    assert inspect_set(tmp_path).path == tmp_path / "images" / "labels.csv"


@pytest.mark.parametrize("way", ["../outside", "/etc/passwd", "link"])
def test_an_image_outside_is_refused_also_through_a_link(tmp_path, way):
    write(tmp_path, "outside", "set/inside")
    (tmp_path / "set" / "link").symlink_to(tmp_path / "outside")
    (tmp_path / "set" / "labels.csv").write_text(f"path,label\ninside,ill\n{way},ill\n")
    images = open_set(tmp_path / "set" / "labels.csv", LABELS)
    with pytest.raises(Refused, match="Row 2"):
        confine(images, (tmp_path / "set",))
    confine(images, (tmp_path, tmp_path / "set")) if way != "/etc/passwd" else None
