"""What a check of a whole model says before any map is drawn."""

from contextlib import contextmanager

import numpy as np
import PIL.Image
import pytest

from meddx.errors import Refused
from meddx.evaluate.map_evaluation.run import evaluate_maps
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet
from meddx.evaluate.sets.recipe_sets import RecipeSets
from meddx.model.loading import load_model
from tests.untrained import LABELS, label, write_model


@contextmanager
def stage(title, total):
    yield lambda done: None


def evaluated(tmp_path, path, labels):
    folder = write_model(tmp_path / "models", labels=labels)
    images = LabelledSet(LABELS, tuple(LabelledCase(name, path, name, LABELS[:1]) for name in "ab"))
    return evaluate_maps(
        folder, load_model(folder), RecipeSets(images, images, images), [],
        most=None, some=1, hidden=1, few=1, seed=0, of="noise", command="none", stage=stage,
    )  # fmt: skip


def test_a_model_that_finds_nothing_is_refused(tmp_path):
    PIL.Image.fromarray(np.eye(32, dtype=np.uint8) * 255).save(tmp_path / "image.png")
    with pytest.raises(Refused, match="The model finds nothing on any of the validation images") as refusal:
        evaluated(tmp_path, tmp_path / "image.png", [label(name, absence=True) for name in LABELS])
    assert refusal.value.rule == "nothing-found"


def test_an_image_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(Refused, match="An image of the set: "):
        evaluated(tmp_path, tmp_path / "gone.png", [label(name) for name in LABELS])
