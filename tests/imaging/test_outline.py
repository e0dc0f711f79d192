import numpy as np
import pytest

from meddx.imaging.outline import outlined


def picture(rows, columns):
    return np.full((rows, columns, 3), 40, np.uint8)


def test_the_inner_edge_of_an_area_is_white_and_nothing_else_changes():
    area = np.zeros((8, 8), bool)
    area[2:6, 2:5] = True  # a pixel a cell
    drawn = outlined(picture(8, 8), area)
    edge = area.copy()
    edge[3:5, 3] = False
    assert (drawn[edge] == 255).all()
    assert (drawn[~edge] == 40).all()


@pytest.mark.parametrize(("rows", "columns"), [(300, 500), (500, 300), (37, 1000)])
def test_the_area_is_scaled_to_the_picture(rows, columns):
    area = np.zeros((128, 128), bool)
    area[32:96, 32:96] = True
    white = (outlined(picture(rows, columns), area) == 255).all(axis=2)
    lit_rows, lit_columns = np.flatnonzero(white.any(axis=1)), np.flatnonzero(white.any(axis=0))
    assert (lit_rows[0] / rows, (lit_rows[-1] + 1) / rows) == pytest.approx((0.25, 0.75), abs=1 / rows)
    assert (lit_columns[0] / columns, (lit_columns[-1] + 1) / columns) == pytest.approx((0.25, 0.75), abs=1 / columns)
    assert not white[rows // 2, columns // 2]


@pytest.mark.parametrize("everything", [False, True])
def test_nothing_and_the_whole_picture_have_no_edge(everything):
    before = picture(20, 30)
    np.testing.assert_array_equal(outlined(before, np.full((4, 4), everything)), before)
