"""Split a numbered series of images with unknown patients into training, validation and test blocks."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from meddx.errors import Refused
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet
from meddx.model.card import Text


class ConsecutiveBlocks(BaseModel):
    """A rule that splits the series of images named by `train` into training, validation and test by number."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["blocks"]
    order: Text
    validation: Annotated[float, Field(gt=0, lt=0.5)]
    test: Annotated[float, Field(gt=0, lt=0.5)]
    gap: Annotated[int, Field(ge=0)]
    neighbours: Annotated[int, Field(gt=0)]
    stretches: Annotated[int, Field(gt=0)] = 1


def cut_blocks(images: LabelledSet, rule: ConsecutiveBlocks) -> tuple[LabelledSet, LabelledSet, LabelledSet]:
    """Return the training, validation and test sets as blocks of consecutively numbered images of each label.

    Each label's series is cut into rule.stretches, and each stretch into training, validation and test images, in this
    order. rule.order: regular expression, searched for in the case id, whose first group is the number.
    rule.validation, rule.test: fraction of a stretch. rule.gap: images left out between two blocks, so that a patient
    at a border is in one of them only. rule.neighbours: number of consecutive images that count as one patient in
    analyses by patient. Raises Refused naming the row for an id without a number, or several labels.
    """
    number = {case.id: _number(case, rule.order, row) for row, case in enumerate(images.cases, start=1)}
    train: list[LabelledCase] = []
    validation: list[LabelledCase] = []
    test: list[LabelledCase] = []
    for label in images.labels:
        series = sorted((case for case in images.cases if case.labels == (label,)), key=lambda case: number[case.id])
        grouped = [replace(case, group=f"{label} {place // rule.neighbours}") for place, case in enumerate(series)]
        borders = [round(len(series) * stretch / rule.stretches) for stretch in range(rule.stretches + 1)]
        for start, end in pairwise(borders):
            test_start = end - round((end - start) * rule.test)
            validation_end = max(start, test_start - rule.gap)
            validation_start = max(start, validation_end - round((end - start) * rule.validation))
            first = start + rule.gap if start else 0  # the stretch before ends with images to test
            train += grouped[first : max(first, validation_start - rule.gap)]
            validation += grouped[validation_start:validation_end]
            test += grouped[test_start:end]
    return _set(images, train), _set(images, validation), _set(images, test)


def _set(images: LabelledSet, cases: Sequence[LabelledCase]) -> LabelledSet:
    return LabelledSet(images.labels, tuple(cases))


def _number(case: LabelledCase, order: str, row: int) -> int:
    found = re.search(order, case.id)
    if found is None or not found[1].isdecimal():
        raise Refused(
            "no-number",
            f"Row {row} of the set: the pattern of the order finds no number in its name; correct the pattern.",
        )
    if len(case.labels) != 1:
        raise Refused(
            "several-labels",
            f"Row {row} of the set: contiguous blocks need one label for every image; split by patient instead.",
        )
    return int(found[1])
