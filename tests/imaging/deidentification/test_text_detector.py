import json

import numpy as np
import PIL.Image
import pytest
from PIL import ImageDraw, ImageFont

from meddx.imaging.deidentification import text_classifier
from meddx.imaging.deidentification.text_detector import find_text
from meddx.imaging.phantom import chest_phantom, phantom_dicom
from meddx.imaging.read_image import read_image
from meddx.imaging.windowing import display
from meddx.types import Box


@pytest.fixture(scope="module")
def chest():
    return display(read_image(phantom_dicom(chest_phantom(5, rows=512, columns=416))))


def drawn(shown, text, place, size, colour=255, **options):
    """The image with text, and where its ink is."""
    canvas, ink = PIL.Image.fromarray((shown * 255).astype(np.uint8)), PIL.Image.new("L", shown.shape[::-1])
    font = ImageFont.load_default(size)
    ImageDraw.Draw(canvas).text(place, text, colour, font, **options)
    ImageDraw.Draw(ink).text(place, text, 255, font)
    return np.asarray(canvas, np.float32) / np.float32(255), np.asarray(ink) > 127


def covered(boxes, ink):
    """The share of the ink that lies in boxes."""
    masked = np.zeros(ink.shape, bool)
    for box in boxes:
        masked[box.top : box.bottom, box.left : box.right] = True
    return masked[ink].mean()


@pytest.mark.parametrize(
    ("text", "place", "size", "colour", "options"),
    [
        ("SMITH^JOHN", (20, 20), 16, 255, {}),
        ("17/03/1962", (250, 480), 12, 255, {}),
        ("40911873", (100, 250), 30, 255, {"stroke_width": 2, "stroke_fill": 0}),
        ("Dr. Anna Keller", (40, 300), 20, 0, {}),
        ("GARCIA", (60, 120), 90, 255, {}),
        ("12:07:55", (300, 40), 14, 200, {}),
    ],
)
def test_names_dates_and_numbers_are_found(chest, text, place, size, colour, options):  # noqa: PLR0917
    shown, ink = drawn(chest, text, place, size, colour, **options)
    boxes = find_text(shown)
    assert covered(boxes, ink) >= 0.95
    assert sum((box.bottom - box.top) * (box.right - box.left) for box in boxes) < 0.25 * shown.size


@pytest.mark.parametrize("letter", ["L", "R"])
@pytest.mark.parametrize("size", [20, 40])
def test_a_side_marker_stays(chest, letter, size):
    shown, ink = drawn(chest, letter, (20, 20), size)
    assert covered(find_text(shown), ink) == 0


def test_a_side_marker_beside_a_name_elsewhere_stays(chest):
    shown, marker = drawn(chest, "R", (20, 20), 36)
    shown, name = drawn(shown, "SMITH^JOHN", (200, 460), 18)
    boxes = find_text(shown)
    assert covered(boxes, name) >= 0.95
    assert covered(boxes, marker) == 0


def test_a_chest_without_text_gets_no_mask(chest):
    assert find_text(chest) == ()


@pytest.mark.parametrize("shape", [(1, 1), (8, 300), (24, 24), (40, 40)])
@pytest.mark.parametrize("value", [0.0, 1.0])
def test_flat_and_tiny_images_get_no_mask(shape, value):
    assert find_text(np.full(shape, value, np.float32)) == ()


def test_noise_gets_no_mask():
    noise = np.random.default_rng(3).normal(0.5, 0.1, (256, 256)).clip(0, 1).astype(np.float32)
    assert find_text(noise) == ()


def test_coloured_text_as_bright_as_what_is_behind_it_is_found():
    _, ink = drawn(np.zeros((100, 300), np.float32), "SMITH^JOHN", (20, 30), 24)
    colour = np.where(ink[..., None], np.array([1, 0, 0], np.float32), np.float32(1 / 3))
    assert covered(find_text(colour.astype(np.float32)), ink) >= 0.95


def test_boxes_lie_in_the_image(chest):
    shown, _ = drawn(chest, "SMITH^JOHN", (330, 495), 24)  # runs over two edges
    for box in find_text(shown):
        assert 0 <= box.top < box.bottom <= shown.shape[0]
        assert 0 <= box.left < box.right <= shown.shape[1]
    assert find_text(shown)[0] < Box(10**6, 0, 10**6, 0)


def test_weights_of_other_features_are_not_used(tmp_path, monkeypatch):
    stored = json.loads(text_classifier.WEIGHTS.read_text())
    other = tmp_path / "weights.json"
    other.write_text(json.dumps({**stored, "features": stored["features"][1:]}))
    monkeypatch.setattr(text_classifier, "WEIGHTS", other)
    text_classifier._network.cache_clear()
    with pytest.raises(ValueError, match="train it again"):
        text_classifier._network()
    text_classifier._network.cache_clear()
