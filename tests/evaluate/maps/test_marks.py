"""Boxes and masks as cells of the film."""

import numpy as np
import pytest
from PIL import Image

from meddx.errors import Refused
from meddx.evaluate.maps.marks import GRID, marked
from meddx.evaluate.sets.labelled_set import Box, Case, Mask


def case(tmp_path, **marks):
    return Case("a", tmp_path / "a.png", "a", ("tumour",), **marks)


def test_a_box_marks_the_cells_whose_centres_it_holds(tmp_path):
    cells = marked(case(tmp_path, boxes=(Box(0.25, 0.5, 0.5, 1.0, "tumour"),)), "tumour")
    assert cells[GRID // 2 :, GRID // 4 : GRID // 2].all()
    assert cells.sum() == (GRID // 2) * (GRID // 4)


def test_marks_of_another_label_do_not_count_and_those_of_none_do(tmp_path):
    one = case(tmp_path, boxes=(Box(0, 0, 0.5, 0.5, "tumour"), Box(0.5, 0.5, 1, 1, "cyst"), Box(0, 0.5, 0.5, 1)))
    assert marked(one, "tumour").mean() == 0.5
    assert marked(one, "cyst").mean() == 0.5


def test_a_mask_marks_where_it_is_not_black(tmp_path):
    drawn = np.zeros((512, 416), np.uint8)
    drawn[:256, 208:] = 255
    Image.fromarray(drawn).save(tmp_path / "mask.png")
    cells = marked(case(tmp_path, masks=(Mask(tmp_path / "mask.png", "tumour"),)), "tumour")
    assert cells[: GRID // 2, GRID // 2 :].all()
    assert cells.mean() == 0.25


def test_a_mask_that_is_gone_is_refused(tmp_path):
    with pytest.raises(Refused, match="mask of the set cannot be read"):
        marked(case(tmp_path, masks=(Mask(tmp_path / "none.png"),)), "tumour")
