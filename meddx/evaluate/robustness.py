"""Measure a model on a test set whose images are corrupted: blur, noise, contrast, brightness and compression."""

import csv
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.evaluate.assessment import assess
from meddx.evaluate.batched_inference import IMAGES_AT_ONCE, Forward
from meddx.evaluate.corruptions import CORRUPTIONS, Corruption, Pixels
from meddx.evaluate.predictions import Predictions
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet
from meddx.imaging.preprocessing import model_input
from meddx.model.card import Card, Input
from meddx.model.postprocessing import probabilities
from meddx.types import Placement
from meddx.whole_file import whole_file

UNCORRUPTED = "none"


@dataclass(frozen=True)
class RobustnessRow:
    """One line of the table: the results under one corruption at one strength.

    corruption: "none" for the images as they are; strength: 1 to 5, 0 without corruption; amount: in `unit`.
    accuracy, auroc (macro, one label against the rest): as meddx.evaluate.assessment.assess has them over all labels,
    with the ends of their 95 % intervals, NaN where not defined; n: images.
    """

    corruption: str
    strength: int
    amount: float
    unit: str
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    auroc: float
    auroc_low: float
    auroc_high: float
    n: int


MEASUREMENTS = ("accuracy", "accuracy_low", "accuracy_high", "auroc", "auroc_low", "auroc_high")


SomeCases = tuple[LabelledCase, ...]
"""Some cases of a set, in order."""
ConditionLogits = Callable[[Iterable[tuple[int, SomeCases]]], Iterable[list[NDArray[np.float32]]]]
"""What answers cases, each time with the number of the first, under every condition: map of `condition_logits`."""


def measure_robustness(
    answered: ConditionLogits, card: Card, images: LabelledSet, done: Callable[[int], None] = lambda images: None
) -> list[RobustnessRow]:
    """Return the model's results on `images` as they are, then under every corruption at every strength.

    An image is corrupted as the network sees it: displayed, resized, in [0, 1], before it is mapped to the card's
    range; padding stays black. Each image's noise depends on its id only. done: called with the number of images so
    far. Raises Refused naming the row of an image that cannot be read.
    """
    pieces = [(start, images.cases[start : start + IMAGES_AT_ONCE]) for start in range(0, len(images), IMAGES_AT_ONCE)]
    found = []
    for (start, cases), logits in zip(pieces, answered(pieces), strict=True):
        found.append(logits)
        done(start + len(cases))
    return [
        _row(card, images, np.concatenate(of_condition), corruption, step)
        for of_condition, (corruption, step) in zip(zip(*found, strict=True), _conditions(), strict=True)
    ]


def condition_logits(ask: Forward, card: Card, piece: tuple[int, SomeCases]) -> list[NDArray[np.float32]]:
    """Return the logits (n, labels) of some cases as they are, then under every corruption at every strength.

    piece: number of the first, and the cases. Raises Refused naming the row of an image that cannot be read.
    """
    first, cases = piece
    prepared = [_prepared(case, card.input, row) for row, case in enumerate(cases, start=first + 1)]
    found = []
    for corruption, step in _conditions():
        inputs = [image for image, _ in prepared]
        if corruption is not None:
            inputs = [
                corrupted_input(
                    image,
                    placement,
                    card.input,
                    corruption=corruption,
                    amount=corruption.amounts[step - 1],
                    case_id=case.id,
                )
                for case, (image, placement) in zip(cases, prepared, strict=True)
            ]
        found.append(ask(np.stack(inputs)))
    return found


def _conditions() -> list[tuple[Corruption | None, int]]:
    steps = [(corruption, step) for corruption in CORRUPTIONS for step in range(1, len(corruption.amounts) + 1)]
    return [(None, 0), *steps]


def corrupted_input(
    image: NDArray[np.float32],
    placement: Placement,
    spec: Input,
    *,
    corruption: Corruption,
    amount: float,
    case_id: str,
) -> NDArray[np.float32]:
    """Return a network input (height, width, channels) whose image, not its padding, is corrupted."""
    seen = placement.visible
    rows = slice(round(seen.top * spec.height), round(seen.bottom * spec.height))
    columns = slice(round(seen.left * spec.width), round(seen.right * spec.width))
    # Rounding in the mapping to the card's range may have left [0, 1] by a bit.
    shown: Pixels = np.clip((image[rows, columns] - spec.low) / (spec.high - spec.low), 0, 1, dtype=np.float32)
    generator = np.random.default_rng(zlib.crc32(case_id.encode()))
    result = image.copy()
    result[rows, columns] = corruption.apply(shown, amount, generator) * (spec.high - spec.low) + spec.low
    return result


def write_robustness(path: Path, rows: Sequence[RobustnessRow]) -> None:
    """Write the table as CSV, with the fields of RobustnessRow as columns.

    Measurements have four decimals.
    """
    with whole_file(path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, [field.name for field in fields(RobustnessRow)], lineterminator="\n")
        table.writeheader()
        for row in rows:
            table.writerow(asdict(row) | {name: f"{getattr(row, name):.4f}" for name in MEASUREMENTS})


def read_robustness(path: Path) -> list[RobustnessRow]:
    """Read a table that write_robustness wrote.

    Raises Refused for anything else, or unless there is one row of uncorrupted images and at least one other.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = [
                RobustnessRow(
                    corruption=row["corruption"],
                    strength=int(row["strength"]),
                    amount=float(row["amount"]),
                    unit=row["unit"],
                    n=int(row["n"]),
                    **{name: float(row[name]) for name in MEASUREMENTS},
                )
                for row in csv.DictReader(file)
            ]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise Refused("not-robustness", f"{path} is no table of `meddx robustness`; run the command again.") from error
    if len(rows) < 2 or [row.corruption for row in rows].count(UNCORRUPTED) != 1:
        raise Refused("not-robustness", f"{path} must hold one row of images as they are, and others; run the command.")
    return rows


def _prepared(case: LabelledCase, spec: Input, row: int) -> tuple[NDArray[np.float32], Placement]:
    try:
        return model_input(case.image(), spec)
    except Refused as refusal:
        raise Refused(refusal.rule, f"Row {row} of the set: {refusal.reason}") from refusal


def _row(
    card: Card, images: LabelledSet, logits: NDArray[np.float32], corruption: Corruption | None, step: int
) -> RobustnessRow:
    p, groups = probabilities(logits, card), tuple(str(group) for group in images.groups)
    predictions = Predictions(images.labels, tuple(images.ids), groups, images.targets(), logits, p)
    found = assess(predictions, card.thresholds(predictions.labels), card.task == "exclusive").overall
    name, unit, amount = UNCORRUPTED, "", 0.0
    if corruption is not None:
        name, unit, amount = corruption.name, corruption.unit, float(corruption.amounts[step - 1])
    ends = [(found[metric].value, found[metric].low, found[metric].high) for metric in ("accuracy", "auroc")]
    return RobustnessRow(name, step, amount, unit, *ends[0], *ends[1], n=len(images))
