from types import SimpleNamespace

import numpy as np
import PIL.Image
import pytest

from meddx.errors import Refused
from meddx.evaluate.map_evaluation.map_queries import (
    IMAGES_PER_BATCH,
    has_annotations,
    query_batches,
    random_sample,
    with_findings,
)
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet, LesionBox
from meddx.model.card import Input

LABELS = ("healthy", "mass", "cyst")
CARD = SimpleNamespace(
    input=Input(height=16, width=16, channels=1, low=0.0, high=1.0, resize="stretch"),
    labels=[SimpleNamespace(name=name, absence=name == "healthy") for name in LABELS],
)


@pytest.fixture
def path(tmp_path):
    PIL.Image.fromarray(np.arange(256, dtype=np.uint8).reshape(16, 16)).save(tmp_path / "image.png")
    return tmp_path / "image.png"


def images(path, count, marked=(), labels=("mass",)):
    """The rows in `marked` have a mass and a cyst marked."""
    boxes = (LesionBox(0, 0, 0.5, 0.5, "mass"), LesionBox(0.5, 0.5, 1, 1, "cyst"))
    cases = [
        LabelledCase(str(row), path, str(row), labels, boxes=boxes if row in marked else ()) for row in range(count)
    ]
    return LabelledSet(LABELS, tuple(cases))


def calls(*labels):
    """Logits that call these labels, again and again."""
    return lambda inputs: np.eye(3, dtype=np.float32)[[labels[row % len(labels)] for row in range(len(inputs))]]


def asked(batches):
    return [(batch.first + query.image, query.label) for batch in batches for query in batch.questions]


def test_a_sample_holds_only_marked_images_if_there_are_any(path):
    some = images(path, 20, marked=range(0, 20, 2))
    assert has_annotations(some)
    assert sorted(random_sample(some, 0).ids, key=int) == [str(row) for row in range(0, 20, 2)]
    assert random_sample(some, 0, 4).ids == random_sample(some, 0).ids[:4]
    assert random_sample(some, 0).ids != random_sample(some, 1).ids
    none = images(path, 20)
    assert not has_annotations(none)
    assert len(random_sample(none, 0)) == 20


def test_every_marked_label_that_is_true_is_asked_for(path):
    batches = list(query_batches(images(path, 3, marked={1}), CARD, calls(0)))
    assert asked(batches) == [(1, 1)]  # the cyst is marked but not true of it
    assert batches[0].questions[0].cells.mean() == 0.25
    both = images(path, 3, marked={2}, labels=("mass", "cyst"))
    assert asked(query_batches(both, CARD, calls(0))) == [(2, 1), (2, 2)]


def test_without_marks_the_label_that_is_called_is_asked_for_unless_it_means_no_finding(path):
    batches = list(query_batches(images(path, IMAGES_PER_BATCH + 1), CARD, calls(2, 0)))
    assert [(batch.first, len(batch.cases)) for batch in batches] == [(0, IMAGES_PER_BATCH), (IMAGES_PER_BATCH, 1)]
    assert asked(batches) == [(row, 2) for row in range(0, IMAGES_PER_BATCH + 1, 2)]
    assert all(query.cells is None for batch in batches for query in batch.questions)


def test_images_without_a_finding_are_left_out(path):
    assert with_findings(images(path, 6), CARD, calls(0, 1)).ids == ["1", "3", "5"]
    assert with_findings(images(path, 6), CARD, calls(0, 1), most=2).ids == ["1", "3"]
    assert with_findings(images(path, 6), CARD, calls(0)).ids == []


def test_an_image_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(Refused, match=r"An image of the set: .* `meddx evaluate` lists such images"):
        list(query_batches(images(tmp_path / "gone.png", 1), CARD, calls(1)))
