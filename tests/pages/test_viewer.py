import base64

import numpy as np

from meddx.types import VoiLut
from pages.ui import viewer
from tests.pages.fake import drawable, prediction


def test_a_voi_lut_travels_as_bytes():
    film = drawable(voi_lut=VoiLut(-5, np.array([0, 0.25, 1], np.float32)), bits_stored=10)
    lut = viewer.film_data(film, "/film/x", "case")["voi_lut"]
    assert lut["first"] == -5
    assert list(base64.b64decode(lut["table"])) == [0, 64, 255]


def test_what_the_film_is_in_one_line():
    assert viewer.describe(drawable()) == "DX · CHEST · DICOM · 3 × 2 · 12 bit"


def test_small_evidence_is_not_rounded_away():
    overlay = viewer.overlay_data(prediction({"A": 0.5}, peak=1.23456e-6), "A", "Label A")
    assert overlay["grid"][0] == [0.0, 1.235e-6]
    assert (overlay["title"], overlay["scale"], overlay["nothing"]) == ("Label A", 1.0, viewer.NOTHING)
