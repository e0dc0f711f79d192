"""A measurement small enough to count by hand."""

import numpy as np
import pytest

from meddx.evaluate.assessment import assess
from meddx.evaluate.predictions import Predictions
from meddx.export.evaluation_facts import EvaluationFacts
from meddx.model.card import read_card
from meddx.types import Refusal

P = np.array([[0.9, 0.1], [0.8, 0.2], [0.6, 0.4], [0.3, 0.7], [0.4, 0.6], [0.1, 0.9]])
TRUE = np.array([[1, 0], [1, 0], [0, 1], [0, 1], [1, 0], [0, 1]], bool)


def predictions(**changes):
    names = tuple("abcdef")
    fields = {
        "labels": ("ILL", "WELL"), "cases": names, "groups": names, "targets": TRUE,
        "logits": np.log(P).astype(np.float32), "probabilities": P,
        "attributes": {"sex": ("F", "M", "F", "M", None, "F")},
    }  # fmt: skip
    return Predictions(**fields | changes)


def evaluation(**changes):
    of = changes.pop("predictions", predictions())
    fields = {
        "title": "A <b>model</b>", "cases": "images", "predictions": of,
        "assessment": assess(of, (0.5, 0.5), True), "titles": {"ILL": "Ill & more", "WELL": "Well"},
        "threshold_origin": "a hand",
        "refused": dict.fromkeys(("x.dcm", "y.dcm"), Refusal("not-an-image", "The file is no image.")),
        "description": {"Data": "Made up", "Licence": "None"},
    }  # fmt: skip
    return EvaluationFacts(**fields | changes)


@pytest.fixture
def card(untrained_models):
    return read_card(untrained_models / "untrained" / "card.toml")


@pytest.fixture
def calibrated():
    """An evaluation of 200 cases whose probabilities of one label are right."""

    def made(are_probabilities=True, threshold=0.5, **changes):
        generator = np.random.default_rng(0)
        p = generator.uniform(0.05, 0.95, 200)
        true = generator.random(200) < p
        names = tuple(map(str, range(200)))
        of = Predictions(
            ("ILL",), names, names, true[:, None], np.zeros((200, 1), np.float32), p[:, None],
            are_probabilities=are_probabilities,
        )  # fmt: skip
        return evaluation(predictions=of, assessment=assess(of, (threshold,), False), titles={"ILL": "Ill"}, **changes)

    return made
