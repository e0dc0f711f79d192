"""Boxes and masks as cells of the image."""

import numpy as np
import PIL.Image
import pytest

from meddx.errors import Refused
from meddx.evaluate.map_evaluation.annotations import ANNOTATION_GRID, annotated_cells, box_around
from meddx.evaluate.sets.labelled_set import LabelledCase, LesionBox, LesionMask


def case(tmp_path, **marks):
    return LabelledCase("a", tmp_path / "a.png", "a", ("tumour",), **marks)


def test_a_box_marks_the_cells_whose_centres_it_holds(tmp_path):
    cells = annotated_cells(case(tmp_path, boxes=(LesionBox(0.25, 0.5, 0.5, 1.0, "tumour"),)), "tumour")
    assert cells[ANNOTATION_GRID // 2 :, ANNOTATION_GRID // 4 : ANNOTATION_GRID // 2].all()
    assert cells.sum() == (ANNOTATION_GRID // 2) * (ANNOTATION_GRID // 4)


def test_marks_of_another_label_do_not_count_and_those_of_none_do(tmp_path):
    one = case(
        tmp_path,
        boxes=(LesionBox(0, 0, 0.5, 0.5, "tumour"), LesionBox(0.5, 0.5, 1, 1, "cyst"), LesionBox(0, 0.5, 0.5, 1)),
    )
    assert annotated_cells(one, "tumour").mean() == 0.5
    assert annotated_cells(one, "cyst").mean() == 0.5


def test_a_mask_marks_where_it_is_not_black(tmp_path):
    drawn = np.zeros((512, 416), np.uint8)
    drawn[:256, 208:] = 255
    PIL.Image.fromarray(drawn).save(tmp_path / "mask.png")
    cells = annotated_cells(case(tmp_path, masks=(LesionMask(tmp_path / "mask.png", "tumour"),)), "tumour")
    assert cells[: ANNOTATION_GRID // 2, ANNOTATION_GRID // 2 :].all()
    assert cells.mean() == 0.25


def test_a_mask_that_is_gone_is_refused(tmp_path):
    with pytest.raises(Refused, match="mask of the set cannot be read"):
        annotated_cells(case(tmp_path, masks=(LesionMask(tmp_path / "none.png"),)), "tumour")


def test_the_box_around_a_mask_holds_all_of_it_and_no_more(tmp_path):
    drawn = np.zeros((10, 20), np.uint8)
    drawn[2, 5] = drawn[6, 14] = 255
    PIL.Image.fromarray(drawn).save(tmp_path / "mask.png")
    found = box_around(LesionMask(tmp_path / "mask.png", "tumour"))
    assert (found.left, found.top, found.right, found.bottom) == pytest.approx((0.25, 0.2, 0.75, 0.7))
    assert found.label == "tumour"


def test_there_is_no_box_around_nothing(tmp_path):
    PIL.Image.fromarray(np.zeros((10, 20), np.uint8)).save(tmp_path / "mask.png")
    assert box_around(LesionMask(tmp_path / "mask.png")) is None
