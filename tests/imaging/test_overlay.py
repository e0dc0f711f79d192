import re
from io import BytesIO
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from meddx.imaging.overlay import (
    AGAINST,
    AGAINST_STOPS,
    BETWEEN,
    CUTOFF,
    OPACITY,
    STOPS,
    STRIPES,
    VIRIDIS,
    map_on_image,
    overlay,
    overlay_png,
)
from meddx.types import Image, Placement, Window

WHOLE = Placement(0, 0, 1, 1)


def grey(values, **about):
    values = np.asarray(values, np.float32)
    about = {"window": Window(0.5, 1.0, "LINEAR_EXACT"), **about}
    return Image(values=values, format="DICOM", bits_stored=8, value_range=(0.0, 1.0), **about)


def test_interpolation_by_hand():
    """Four pixels over two cells: centres at 1/8, 3/8 ... of the image, -0.25, 0.25, 0.75, 1.25 in cells."""
    evidence = map_on_image(np.array([[0.0, 4.0]], np.float32), WHOLE, 1, 4)
    np.testing.assert_allclose(evidence, [[0, 1, 3, 4]])


def test_padding_is_cut_off_by_hand():
    """The image takes the middle half of a map of four columns: its two pixels are the two middle cells."""
    heatmap = np.array([[9.0, 1.0, 2.0, 9.0]] * 4, np.float32)
    evidence = map_on_image(heatmap, Placement(0.25, 0, 0.75, 1), 3, 2)
    np.testing.assert_allclose(evidence, [[1, 2]] * 3)
    turned = map_on_image(heatmap.T.copy(), Placement(0, 0.25, 1, 0.75), 2, 3)
    np.testing.assert_allclose(turned, [[1, 1, 1], [2, 2, 2]])


def test_colours_by_hand():
    """Values on a scale of 2: none, below the cut-off of 0.5, half the scale, the end, beyond it."""
    image = grey([[0.0, 0.2, 0.4, 1.0, 1.0]])
    heatmap = np.array([[0.0, 0.49, 1.0, 2.0, 7.0]], np.float32)
    picture = overlay(image, heatmap, 2.0, WHOLE, cutoff=0.5, opacity=0.5)
    # Entry 128 of 255 lies 4.0157 stops along: 33 + .0157 (40 - 33), 145 + .0157 (174 - 145), 140 + .0157 (128 - 140).
    middle = [round(0.5 * 102 + 0.5 * 33), round(0.5 * 102 + 0.5 * 145), round(0.5 * 102 + 0.5 * 140)]
    end = [(255 + 0xFD + 1) // 2, (255 + 0xE7 + 1) // 2, (255 + 0x25 + 1) // 2]
    expected = np.array([[0, 0, 0], [51, 51, 51], middle, end, end])
    assert np.abs(picture[0].astype(int) - expected).max() <= 1
    np.testing.assert_array_equal(picture[0, :2], expected[:2])
    np.testing.assert_array_equal(picture[0, 3], picture[0, 4])


def test_evidence_against_is_striped_by_hand():
    """An image of two pixels a stripe, black: the colour's full share in a stripe, BETWEEN of it in the next."""
    image = grey(np.zeros((1, 2 * STRIPES)))
    picture = overlay(image, np.full((1, 1), -2.0, np.float32), 2.0, WHOLE, opacity=0.5)[0]
    # y is half the image's height, an even number of stripes; so the first stripe starts at x = 0.
    stripe = np.floor(0.5 * AGAINST[255].astype(float) + 0.5)
    between = np.floor(0.5 * BETWEEN * AGAINST[255].astype(float) + 0.5)
    np.testing.assert_array_equal(picture[:6], [stripe, stripe, between, between, stripe, stripe])


def test_weak_evidence_against_is_not_drawn():
    image = grey(np.full((4, 4), 0.5))
    none = overlay(image, np.zeros((2, 2), np.float32), 1.0, WHOLE)
    np.testing.assert_array_equal(overlay(image, np.full((2, 2), -0.19, np.float32), 1.0, WHOLE), none)
    assert (overlay(image, np.full((2, 2), -0.21, np.float32), 1.0, WHOLE) != none).any()


def test_the_scale_is_the_same_for_every_image():
    """Half the evidence gives another colour, not the same one stretched."""
    image = grey(np.full((4, 4), 0.5))
    strong, weak = (overlay(image, np.full((2, 2), e, np.float32), 1.0, WHOLE) for e in (0.8, 0.4))
    assert (strong != weak).any(axis=-1).all()


@pytest.mark.parametrize("cutoff", [None, 0.0, -1.0])
def test_no_evidence_leaves_the_image_as_it_is(cutoff):
    image = grey(np.linspace(0, 1, 12).reshape(3, 4))
    picture = overlay(image, np.zeros((7, 7), np.float32), 3.0, WHOLE, cutoff=cutoff)
    shown = np.floor(image.values * 255 + 0.5).astype(np.uint8)
    np.testing.assert_array_equal(picture, np.repeat(shown[..., None], 3, axis=2))


def test_the_image_is_windowed_and_inverted_under_the_map():
    image = grey([[0.0, 1.0]], inverted=True)
    np.testing.assert_array_equal(overlay(image, np.zeros((1, 1), np.float32), 1.0, WHOLE)[0, :, 0], [255, 0])


def test_a_colour_image_keeps_its_colours():
    values = np.array([[[10, 20, 30], [40, 50, 60]]], np.uint8)
    image = Image(values=values, format="PNG", bits_stored=8, value_range=(0, 255))
    np.testing.assert_array_equal(overlay(image, np.zeros((1, 1), np.float32), 1.0, WHOLE), values)
    covered = overlay(image, np.ones((1, 1), np.float32), 1.0, WHOLE, opacity=1.0)
    np.testing.assert_array_equal(covered, np.broadcast_to([0xFD, 0xE7, 0x25], (1, 2, 3)))


@pytest.mark.parametrize(("aspect", "size"), [(1.0, (4, 6)), (2.0, (4, 12)), (0.5, (8, 6))])
def test_png_has_square_pixels_and_says_what_it_is(aspect, size):
    image = grey(np.zeros((6, 4)), pixel_aspect=aspect, synthetic=True)
    picture = PIL.Image.open(BytesIO(overlay_png(image, np.ones((2, 2), np.float32), 1.5, WHOLE)))
    assert picture.size == size
    assert picture.text["Synthetic"] == "YES"
    assert "logit units; the colours end at 1.5" in picture.text["Description"]
    assert "Not a medical device" in picture.text["Description"]


def test_only_phantoms_are_called_synthetic():
    picture = PIL.Image.open(BytesIO(overlay_png(grey([[0.0]]), np.ones((1, 1), np.float32), 1.0, WHOLE)))
    assert "Synthetic" not in picture.text


@pytest.mark.parametrize(
    ("heatmap", "scale", "opacity", "rule"),
    [
        (np.zeros((2, 2, 1)), 1.0, 0.5, "two dimensions"),
        (np.zeros((0, 2)), 1.0, 0.5, "two dimensions"),
        (np.array([[np.nan]]), 1.0, 0.5, "finite"),
        (np.zeros((2, 2)), 0.0, 0.5, "above 0"),
        (np.zeros((2, 2)), np.inf, 0.5, "above 0"),
        (np.zeros((2, 2)), 1.0, 1.1, r"\[0, 1\]"),
    ],
)
def test_arguments_outside_their_range_are_named(heatmap, scale, opacity, rule):
    with pytest.raises(ValueError, match=rule):
        overlay(grey([[0.0]]), heatmap.astype(np.float32), scale, WHOLE, opacity=opacity)


@pytest.mark.parametrize("colours", [VIRIDIS, AGAINST])
def test_lightness_rises_with_evidence(colours):
    """What makes the map readable in grey and to colour-blind readers."""
    linear = (colours / 255.0) ** 2.2
    luminance = linear @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(luminance) > -1e-3).all()
    assert luminance[0] < 0.05
    assert luminance[-1] > 0.7


def test_the_browser_draws_by_the_same_rule():
    viewer = Path(__file__).parents[2] / "pages" / "ui" / "common" / "viewer"
    stops = re.findall(r'"#([0-9a-f]{6})"', (viewer / "overlay.js").read_text())
    assert tuple(stops) == STOPS + AGAINST_STOPS
    script = (viewer / "overlay.js").read_text()
    assert re.findall(r"const (?:STRIPES|BETWEEN) = ([\d.]+);", script) == [str(STRIPES), str(BETWEEN)]
    page = (viewer / "viewer.html").read_text()
    assert float(re.search(r'class="opacity"[^>]* value="(\d+)"', page)[1]) / 100 == OPACITY
    assert float(re.search(r'class="cutoff"[^>]* value="([\d.]+)"', page)[1]) == CUTOFF


def test_where_the_image_was_cut_there_is_no_evidence():
    """Of four columns of pixels the network saw the middle two, and its map is high everywhere."""
    heatmap = np.array([[3.0, 5.0]], np.float32)
    evidence = map_on_image(heatmap, Placement(-0.5, 0, 1.5, 1), 1, 4)
    np.testing.assert_allclose(evidence, [[0, 3, 5, 0]])
