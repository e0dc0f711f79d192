import base64

import numpy as np
import pytest

from meddx.types import VoiLut
from pages.ui.common.viewer import image_viewer
from tests.pages.fake import drawable, explanation, prediction


def test_a_voi_lut_travels_as_bytes():
    image = drawable(voi_lut=VoiLut(-5, np.array([0, 0.25, 1], np.float32)), bits_stored=10)
    lut = image_viewer.image_data(image, "/image/x", "case")["voi_lut"]
    assert lut["first"] == -5
    assert list(base64.b64decode(lut["table"])) == [0, 64, 255]


def test_what_the_image_is_in_one_line():
    assert image_viewer.image_description(drawable()) == "DX · CHEST · DICOM · 3 × 2 · 12 bit"


def test_small_evidence_is_not_rounded_away(card):
    label = card.labels[1]
    overlay = image_viewer.overlay_data(prediction({"EFFUSION": 0.5}, peak=1.23456e-6).explanation, label)
    np.testing.assert_allclose(evidence(overlay), [[0, 1.23456e-6], [0, 0]], rtol=1e-4)
    assert (overlay["title"], overlay["scale"], overlay["negligible"]) == (
        "Effusion",
        1.0,
        image_viewer.WEAKEST_EVIDENCE,
    )


def test_a_withheld_map_never_leaves_the_server(card):
    shown = image_viewer.overlay_data(explanation("occlusion", [[0.4]], scale=2.0), card.labels[1], "Check passed")
    withheld = image_viewer.overlay_data(
        explanation("occlusion", [[0.4]], scale=2.0), card.labels[1], "Checking…", withheld=True
    )
    assert (shown["check"], withheld["check"]) == ("Check passed", "Checking…")
    assert {"samples", "step", "scale"} & withheld.keys() == set()
    assert {name: withheld[name] for name in ("title", "method", "fixed")} == {
        name: shown[name] for name in ("title", "method", "fixed")
    }


def test_evidence_against_a_label_keeps_its_sign(card):
    overlay = image_viewer.overlay_data(explanation("occlusion", [[-0.4, 0.1]], scale=2.0), card.labels[1])
    np.testing.assert_allclose(evidence(overlay), [[-0.4, 0.1]], rtol=1e-3)
    assert (overlay["signed"], overlay["fixed"], overlay["scale"]) == (True, True, 2.0)


@pytest.mark.parametrize(("values", "end"), [([[-0.4, 0.1]], 0.4), ([[0.0, 0.0]], 1.0)])
def test_without_a_scale_the_colours_end_at_the_strongest_evidence(card, values, end):
    overlay = image_viewer.overlay_data(explanation("occlusion", values), card.labels[1])
    assert (overlay["fixed"], overlay["negligible"]) == (False, 0.0)
    assert overlay["scale"] == pytest.approx(end)


def evidence(overlay):
    """The map that the browser makes of it."""
    samples = np.frombuffer(base64.b64decode(overlay["samples"]), "<i2").reshape(overlay["rows"], overlay["columns"])
    return samples * overlay["step"]
