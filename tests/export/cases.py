"""A case small enough to check by eye: an image of 40 x 20 under a map that is strong in its upper right corner."""

import numpy as np

from meddx.export.case_facts import CaseFacts
from meddx.imaging.drawable_image import to_drawable
from meddx.types import Image, MapCheck, MapMeasure, OodScore, Placement, Prediction

PROBABILITIES = {"NORMAL": 0.2, "EFFUSION": 0.7, "NODULE": 0.004}


def image(rows=40, columns=20, **changes):
    """A dark image with a bright bar at its left edge, as the viewer gets it."""
    values = np.full((rows, columns), 100, np.float32)
    values[:, : columns // 4] = 4000
    fields = {"format": "DICOM", "bits_stored": 12, "value_range": (0.0, 4095.0), "modality": "DX"}
    return to_drawable(Image(values=values, **fields | changes))


def answer(**changes):
    """EFFUSION is a finding; the maps reach half of their scale."""
    fields = {
        "model": "untrained", "version": "1.0.0", "logits": PROBABILITIES, "probabilities": PROBABILITIES,
        "findings": ("EFFUSION",), "prediction_set": ("EFFUSION", "NODULE"),
        "heatmaps": {name: np.array([[0, 0.05], [0, 0]], np.float32) for name in PROBABILITIES},
        "heatmap_scale": 0.1, "placement": Placement(0, 0, 1, 1),
    }  # fmt: skip
    return Prediction(**fields | changes)


def check(verdict="not to be relied on", caution=""):
    """The check of a map that failed for one reason."""
    measures = (
        MapMeasure("faithful", "Effect on the prediction", "bad", "Hiding it changes nothing.", 0.1, 0.2, 0.4, {}),
        MapMeasure("steady", "Stability under noise", "good", "Noise does not change the map.", 0.9, 0.5, 0.7, {}),
    )
    return MapCheck("untrained", "1.0.0", "EFFUSION", "grad-cam", verdict, measures, (), {}, {}, 0.7, 0.5, 9, caution)


def case(card, **changes):
    """What is exported of it, for EFFUSION."""
    of = changes.get("answer", answer())
    fields = {
        "card": card, "answer": of, "image": image(), "sha256": "c0ffee" * 10, "label": card.labels[1],
        "explanation": of.explanation,
    }  # fmt: skip
    return CaseFacts(**fields | changes)


FAR = OodScore(9.0, 2.0)
"""Of an image that is unlike the training images."""
