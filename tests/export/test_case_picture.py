"""The image of a case with its heat map."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import PIL.Image
import PIL.ImageDraw
import pytest

from meddx.export.case_picture import case_picture, case_png, colour_ramp
from meddx.imaging.measurements import Measurement
from meddx.imaging.overlay import VIRIDIS
from tests.export.cases import case, check, image


def opened(png):
    return PIL.Image.open(BytesIO(png))


def test_the_file_is_the_whole_image_under_its_map(card):
    picture = opened(case_png(case(card)))
    assert np.array_equal(np.asarray(picture)[:40, :20], np.asarray(case_picture(case(card))))
    assert picture.getpixel((0, 39)) == (255, 255, 255)
    assert len(set(picture.getpixel((19, 0)))) > 1
    assert "Grad-CAM for Effusion" in picture.text["Description"]
    assert "For research use only" in picture.text["Description"]


def test_below_a_map_it_is_written_how_its_check_ended(card, monkeypatch):
    written = []
    draw = PIL.ImageDraw.ImageDraw.text

    def text(self, place, words, *others):
        written.append((place, self.textlength(words, others[1]), words))
        draw(self, place, words, *others)

    monkeypatch.setattr(PIL.ImageDraw.ImageDraw, "text", text)
    failed = case(card, check=check())
    for facts, verdict in ((failed, "failed: do not rely on these colours"), (case(card), "not checked")):
        written.clear()
        picture = opened(case_png(facts))
        assert verdict in " ".join(words for _, _, words in written)
        assert all(y >= 40 and x + length <= picture.width for (x, y), length, _ in written)
        assert (np.asarray(picture)[40:] < 128).any()


def test_without_a_map_the_image_alone_is_drawn(card):
    picture = opened(case_png(case(card, explanation=None)))
    pixels = np.asarray(picture)
    assert picture.mode == "RGB"
    assert (pixels[..., 0] == pixels[..., 2]).all()
    assert "For research use only" in picture.text["Description"]


@pytest.mark.parametrize(("aspect", "size"), [(2.0, (20, 80)), (0.5, (40, 40))])
def test_pixels_are_square(card, aspect, size):
    facts = case(card, image=image(pixel_aspect=aspect))
    assert opened(case_png(replace(facts, explanation=None))).size == case_picture(facts).size == size


def test_a_large_image_is_made_smaller_for_the_report(card):
    assert case_picture(case(card, image=image(400, 200)), 50).size == (25, 50)


def test_the_ramp_is_that_of_the_map():
    assert (np.asarray(colour_ramp())[0] == VIRIDIS).all()


def test_measurements_are_drawn_where_they_were_with_their_number_and_value(card):
    bare = case(card, image=image(400, 400, pixel_aspect=2.0), explanation=None)
    length = Measurement("length", (((100.0, 300.0), (300.0, 300.0)),))
    area = Measurement("area", (((20.0, 20.0), (60.0, 60.0)),))
    facts = replace(bare, measurements=(length, area))
    before, after = (np.asarray(case_picture(one, 400)).astype(int) for one in (bare, facts))
    changed = (np.abs(after - before) > 40).any(axis=2)
    assert before.shape == after.shape == (400, 200, 3), "pixels are square, and the picture shrunk"
    assert changed[300, 50:150].all(), "half as wide in the picture"
    assert changed[20:60, 10].any(), "the ellipse touches its box"
    assert changed[20:60, 30].any()
    assert not changed[22:26, 12].any(), "and leaves its corner out"
    assert changed[:, 152:].sum() > 100, "number and value stand at its end"
    assert not changed[320:].any()
