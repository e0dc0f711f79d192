"""Compare ways to prepare images for a network on labelled ones: every usual scaling with every way to resize."""

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.calibration import cross_entropy
from meddx.evaluate.input_chunks import in_chunks
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.install.choices import RESIZES, SettledModel
from meddx.install.label_order import label_order
from meddx.install.progress_report import StageReport
from meddx.install.survey import SurveyedSet
from meddx.install.tried_preprocessing import (
    AS_GOOD,
    GOOD_LOSS,
    PreprocessingComparison,
    TriedPreprocessing,
    best_of,
)
from meddx.model.card import Input
from meddx.model.importing.found_model import ChannelOrder, FoundModel, Resize, Scaling
from meddx.model.importing.input_scaling import RANGES, scaled_values
from meddx.model.importing.prepare import prepare_network

MOST_IMAGES, FEWEST_IMAGES = 160, 60
"""Images that the comparison is made on, drawn so that each label keeps its share."""
MOST_ANSWERS = 2400
"""Answers of the network within which the number of images is chosen: a minute for a small backbone on two cores."""


def compare_preprocessing(
    file: Path,
    found: FoundModel,
    model: SettledModel,
    surveyed: SurveyedSet,
    report: StageReport,
    *,
    scalings: tuple[Scaling, ...] = (),
    channel_order: ChannelOrder | None = None,
    resizes: tuple[Resize, ...] = RESIZES,
    seed: int = 0,
) -> PreprocessingComparison:
    """Return how well the network tells the labels for every scaling worth trying and every way to resize.

    scalings: further ones to try. Colour images are tried in both orders of the channels, resized in the first way; the
    better order, or the one that is given, is then tried with the others. Raises Refused where the network cannot be
    prepared.
    """
    candidates = tuple(dict.fromkeys((*found.scalings, *scalings)))
    height, width = model.input
    same_shape = all(rows * width == columns * height for rows, columns in surveyed.shapes)
    ways = resizes[:1] if same_shape else resizes
    in_colour = surveyed.colour and found.channels == 3
    combinations = len(candidates) * (len(ways) + in_colour)
    images = surveyed.images.subset(_drawn(surveyed.images, MOST_ANSWERS // combinations, seed))
    raw = prepare_network(file, model.import_choices("0-255")).network
    tried: list[TriedPreprocessing] = []
    orders: tuple[ChannelOrder, ...] = ("rgb", "bgr") if in_colour else ("rgb",)
    with report.stage("comparing preprocessing", combinations * len(images)) as done:
        steps = 0
        for resize in ways:
            spec = Input(height=height, width=width, channels=found.channels, low=0.0, high=1.0, resize=resize)
            answers: dict[tuple[Scaling, ChannelOrder], list[NDArray[np.float32]]] = {}
            for chunk in in_chunks(images, spec):
                for scaling in candidates:
                    low, high = RANGES[scaling]
                    values = (low + (high - low) * chunk).astype(np.float32)
                    for order in orders:
                        output = raw.predict_on_batch(scaled_values(values, scaling, order))
                        answers.setdefault((scaling, order), []).append(output)
                        steps += len(chunk)
                        done(steps)
            score = partial(_scored, targets=images.targets(), exclusive=model.exclusive, resize=resize)
            tried += [score(np.concatenate(parts), scaling, order) for (scaling, order), parts in answers.items()]
            if resize == ways[0] and in_colour:
                orders = (channel_order or best_of(tuple(_best_first(tried))).channel_order,)
    return PreprocessingComparison(len(images), tuple(_best_first(tried)), same_shape)


def _drawn(images: LabelledSet, wanted: int, seed: int) -> list[int]:
    """Return the rows of about `wanted` images, each combination of labels with its share, at least one."""
    most = min(max(wanted, FEWEST_IMAGES), MOST_IMAGES)
    if len(images) <= most:
        return list(range(len(images)))
    generator = np.random.default_rng(seed)
    _, combination = np.unique(images.targets(), axis=0, return_inverse=True)
    rows: list[int] = []
    for one in np.unique(combination):
        members = np.flatnonzero(combination.ravel() == one)
        share = max(1, round(most * len(members) / len(images)))
        rows += generator.permutation(members)[:share].tolist()
    return sorted(rows)


def _scored(
    probabilities: NDArray[np.float32],
    scaling: Scaling,
    order: ChannelOrder,
    *,
    targets: NDArray[np.bool_],
    exclusive: bool,
    resize: Resize,
) -> TriedPreprocessing:
    finite = np.nan_to_num(probabilities.astype(np.float64), nan=0.5)
    named = label_order(finite, targets)
    loss, best = cross_entropy(finite, targets, exclusive), max(named.best, named.auroc)
    return TriedPreprocessing(scaling, resize, named.auroc, loss, best, order == "bgr")


def _best_first(tried: list[TriedPreprocessing]) -> list[TriedPreprocessing]:
    """Return the ways in order: those that tell the labels as well as the best by log loss, then the rest by AUROC.

    Equally good ones stay in the order in which they are usual. Where labels are swapped a right preparation gives a
    high loss, so AUROC comes first, in whatever order suits.
    """
    top = max(one.best_order_auroc for one in tried)
    swapped = any(one.best_order_auroc - one.auroc > AS_GOOD for one in tried if one.best_order_auroc >= top - AS_GOOD)

    def key(one: TriedPreprocessing) -> tuple[bool, float, float]:
        good = one.best_order_auroc >= top - AS_GOOD
        by_loss = good and not swapped
        return (
            not good,
            max(one.log_loss, GOOD_LOSS) if by_loss else -one.best_order_auroc,
            0.0 if by_loss else -one.best_order_auroc,
        )

    return sorted(tried, key=key)
