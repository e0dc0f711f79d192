import gzip
import io

import numpy as np
from PIL import Image

from meddx.types import Neighbour, Window
from pages.ui.beyond import neighbours
from pages.ui.beyond.thumbnail import thumbnail
from tests.pages.fake import drawable

NEAR = [
    Neighbour("a/1.png", ("NODULE",), ("NODULE",), 0.41),
    Neighbour("a/2.png", ("NODULE", "EFFUSION"), (), 0.6),
    Neighbour("<b>.png", (), ("EFFUSION",), 1.25),
]


def test_the_sentence_counts_true_labels(card):
    assert neighbours.sentence(NEAR, card) == (
        "Of the 3 nearest, by their true labels: 2 Nodule, 1 Effusion and 1 with none of the model's labels."
    )


def test_the_table_has_truth_answer_and_distance_and_no_markup_of_names(card):
    html = neighbours.table(NEAR, card)
    assert "Nodule, Effusion" in html
    assert "0.41" in html
    assert "1.25" in html
    assert "&lt;b&gt;" in html
    assert "<b>" not in html


def test_a_thumbnail_is_the_film_in_its_window_upright_and_inverted_where_it_says_so():
    values = np.array([[0, 100, 200], [50, 100, 300]], "<u2")
    film = drawable(pixels=gzip.compress(values.tobytes()), window=Window(100, 200, "LINEAR_EXACT"), inverted=True)
    shown = np.asarray(Image.open(io.BytesIO(thumbnail(film, side=3))))
    assert shown.shape == (2, 3)
    np.testing.assert_allclose(shown, [[255, 128, 0], [191, 128, 0]], atol=1)


def test_a_colour_film_with_tall_pixels_keeps_its_shape():
    film = drawable(
        pixels=gzip.compress(np.full((2, 3, 3), 9, np.uint8).tobytes()), channels=3, window=None, pixel_aspect=3.0
    )
    shown = np.asarray(Image.open(io.BytesIO(thumbnail(film, side=60))))
    assert shown.shape == (60, 30, 3)
