"""What lines drawn on an image amount to."""

import pytest

from meddx.imaging.measurements import (
    ImageScale,
    Measurement,
    ellipse_area,
    image_scale,
    is_cardiothoracic,
    line_angle,
    line_lengths,
)
from tests.export.cases import image

HALF_MM = ImageScale((0.5, 0.25), "detector", 2.0, True)
PIXELS = ImageScale(None, "", 2.0, True)
DIAGONAL = ((0.0, 0.0), (40.0, 30.0))


def test_lengths_and_areas_follow_the_spacing_of_rows_and_columns():
    length = Measurement("length", (DIAGONAL,))
    assert line_lengths(length, HALF_MM) == [pytest.approx((10**2 + 15**2) ** 0.5)]
    assert ellipse_area(Measurement("area", (DIAGONAL,)), HALF_MM) == pytest.approx(3.14159265 * 5 * 7.5)
    assert line_lengths(length, PIXELS) == [pytest.approx((40**2 + 60**2) ** 0.5)], "rows are twice as high as wide"
    assert (HALF_MM.unit, PIXELS.unit) == ("mm", "px")


@pytest.mark.parametrize(
    ("second", "angle"),
    [
        (((0, 0), (40, 20)), 45.0),  # as long across as down, in mm
        (((40, 20), (0, 0)), 45.0),
        (((5, 9), (5, 1)), 90.0),
        (((0, 0), (-7, 0)), 0.0),
        (((0, 0), (-40, 20)), 45.0),
    ],
)
def test_of_two_angles_the_smaller_is_given_whatever_way_the_lines_were_drawn(second, angle):
    across = ((0.0, 0.0), (10.0, 0.0))
    assert line_angle(Measurement("angle", (across, second)), HALF_MM) == pytest.approx(angle)


def test_a_ratio_is_cardiothoracic_across_a_frontal_chest_film_with_the_heart_first():
    chest = image_scale(image(body_part="CHEST", view="PA"))
    heart, thorax, upright = ((5, 9), (9, 9)), ((1, 12), (15, 13)), ((5, 1), (5, 9))
    assert is_cardiothoracic(Measurement("ratio", (heart, thorax)), chest)
    assert is_cardiothoracic(Measurement("ratio", (heart, thorax)), image_scale(image(body_part="THORAX")))
    assert not is_cardiothoracic(Measurement("ratio", (thorax, heart)), chest)
    assert not is_cardiothoracic(Measurement("ratio", (upright, thorax)), chest)
    assert not is_cardiothoracic(Measurement("length", (heart,)), chest)
    for other in ({"view": "LL", "body_part": "CHEST"}, {"modality": "CT", "body_part": "CHEST"}, {"body_part": None}):
        assert not is_cardiothoracic(Measurement("ratio", (heart, thorax)), image_scale(image(**other)))
