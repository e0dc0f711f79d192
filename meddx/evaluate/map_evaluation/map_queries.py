"""Determine for which labels each image of a set needs a map, and where each is annotated."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.evaluate.map_evaluation.annotations import AnnotatedCells, annotated_cells
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet
from meddx.explain.methods.compiled_passes import Logits
from meddx.imaging.preprocessing import model_input
from meddx.model.card import Card
from meddx.types import Placement

IMAGES_PER_BATCH = 8
"""Number of images in a batch."""


@dataclass(frozen=True)
class MapQuery:
    """One map to evaluate: the position of the image in its batch and of the label in the card.

    cells: where the label is marked; None where the set has no marks.
    """

    image: int
    label: int
    cells: AnnotatedCells | None


@dataclass(frozen=True)
class QueryBatch:
    """A batch of images of a set, with the maps to evaluate.

    first: number of the first of them. inputs: float32 (n, height, width, channels).
    """

    first: int
    cases: Sequence[LabelledCase]
    inputs: NDArray[np.float32]
    placements: Sequence[Placement]
    questions: Sequence[MapQuery]


def has_annotations(images: LabelledSet) -> bool:
    """Return whether a finding is marked on any of the images."""
    return any(case.boxes or case.masks for case in images.cases)


def random_sample(images: LabelledSet, seed: int, most: int | None = None) -> LabelledSet:
    """Return at most `most` images in random order, only annotated ones if there are any.

    The first of them are then a random sample too.
    """
    marked_only = has_annotations(images)
    rows = [row for row, case in enumerate(images.cases) if case.boxes or case.masks or not marked_only]
    return images.subset(np.random.default_rng(seed).permutation(rows)[:most])


def query_batches(images: LabelledSet, card: Card, logits: Logits) -> Iterator[QueryBatch]:
    """Yield the images in order, in batches, with the labels whose maps are evaluated.

    They are all true labels that are marked; without marks, the most probable one unless it stands for the absence of a
    finding. Raises Refused for an image or mask that cannot be read.
    """
    marks = has_annotations(images)
    for first in range(0, len(images), IMAGES_PER_BATCH):
        cases = images.cases[first : first + IMAGES_PER_BATCH]
        inputs, placements, cells = [], [], []
        for case in cases:
            try:
                prepared, placement = model_input(case.image(), card.input)
                cells.append([annotated_cells(case, label.name) for label in card.labels] if marks else [])
            except Refused as refusal:
                raise Refused(
                    refusal.rule, f"An image of the set: {refusal.reason} `meddx evaluate` lists such images."
                ) from refusal
            inputs.append(prepared)
            placements.append(placement)
        images_in = np.stack(inputs)
        asked = _marked(cases, cells, card) if marks else _called(logits(images_in), card)
        yield QueryBatch(first, cases, images_in, placements, asked)


def with_findings(images: LabelledSet, card: Card, logits: Logits, most: int | None = None) -> LabelledSet:
    """Return the first `most` images that have a map to evaluate (see query_batches), in order.

    Raises Refused for an image or mask that cannot be read.
    """
    rows: list[int] = []
    for piece in query_batches(images, card, logits):
        rows += sorted({piece.first + question.image for question in piece.questions})
        if most is not None and len(rows) >= most:
            break
    return images.subset(rows[:most])


def _marked(cases: Sequence[LabelledCase], cells: Sequence[Sequence[AnnotatedCells]], card: Card) -> list[MapQuery]:
    return [
        MapQuery(image, label, of_label)
        for image, (case, of_image) in enumerate(zip(cases, cells, strict=True))
        for label, of_label in enumerate(of_image)
        if card.labels[label].name in case.labels and of_label.any()
    ]


def _called(logits: NDArray[np.float32], card: Card) -> list[MapQuery]:
    called = enumerate(logits.argmax(axis=1).tolist())
    return [MapQuery(image, label, None) for image, label in called if not card.labels[label].absence]
