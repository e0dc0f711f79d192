"""What the arguments of a finding mean."""

from types import SimpleNamespace

import numpy as np
import pytest

from meddx.engine.job_kinds.finding import open_finding
from meddx.errors import Refused
from meddx.imaging.read_image import read_image
from meddx.model.registry import installed_card
from meddx.types import Placement
from tests.imaging.images import image_bytes


@pytest.fixture
def context(untrained_models):
    """Of a model with the labels NORMAL, EFFUSION and NODULE and an input of 32 x 32 that pads."""
    loaded = SimpleNamespace(card=installed_card(untrained_models / "untrained"))
    return SimpleNamespace(loaded=lambda model: loaded, read=read_image)


def arguments(modality="DX", **changes):
    data = image_bytes(np.arange(64 * 32, dtype=np.uint16).reshape(64, 32), Modality=modality, BodyPartExamined="CHEST")
    return {"data": data, "frame": 0, "model": "untrained", "label": "NODULE"} | changes


def test_the_label_is_a_column_and_a_tall_image_lies_in_the_middle(context):
    found = open_finding(context, arguments())
    assert found.column == 2
    assert found.image.shape == (32, 32, 1)
    assert found.placement == Placement(top=0, left=0.25, bottom=1, right=0.75)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"label": "HERNIA"}, "no-label"),
        ({"modality": "CT"}, "modality-not-accepted"),
        ({"data": b"?"}, "not-an-image"),
    ],
)
def test_what_the_model_cannot_be_asked_is_refused(context, changes, rule):
    with pytest.raises(Refused) as refused:
        open_finding(context, arguments(**changes))
    assert refused.value.rule == rule
