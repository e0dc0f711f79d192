import numpy as np
import PIL.Image
import pytest

from meddx.errors import Refused
from meddx.evaluate.sets.subfolders import read_subfolders

LABELS = ("normal", "pneumonia")


def image(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    PIL.Image.fromarray(np.zeros((4, 4), np.uint8)).save(path, "PNG")


def test_each_folder_is_a_class_without_regard_to_case(tmp_path):
    for name in ("NORMAL/b.png", "NORMAL/a", "Pneumonia/visit 2/c.png"):
        image(tmp_path / name)
    (tmp_path / "NORMAL" / "a.txt").write_text("0 .5 .5 1 1")
    (tmp_path / "NORMAL" / ".DS_Store").write_bytes(b"")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "read me.txt").write_text("nothing to see")
    images = read_subfolders(tmp_path, LABELS)
    assert images.ids == ["NORMAL/a", "NORMAL/b.png", "Pneumonia/visit 2/c.png"]
    assert [case.labels for case in images.cases] == [("normal",), ("normal",), ("pneumonia",)]
    assert images.cases[0].image().values.shape == (4, 4)


def test_several_folders_may_stand_for_one_label(tmp_path):
    for name in ("bacterial/1", "viral/2", "normal/3"):
        image(tmp_path / name)
    images = read_subfolders(tmp_path, LABELS, {"Bacterial": "pneumonia", "viral": "Pneumonia"})
    assert [case.labels[0] for case in images.cases] == ["pneumonia", "normal", "pneumonia"]


def test_a_folder_that_stands_for_nothing_is_named(tmp_path):
    image(tmp_path / "effusion" / "1")
    with pytest.raises(Refused, match="'effusion' stands for none of the labels normal, pneumonia"):
        read_subfolders(tmp_path, LABELS)


def test_nothing_to_read_is_refused(tmp_path):
    with pytest.raises(Refused, match="no sub-folders"):
        read_subfolders(tmp_path, LABELS)
    with pytest.raises(Refused, match="does not exist"):
        read_subfolders(tmp_path / "absent", LABELS)
