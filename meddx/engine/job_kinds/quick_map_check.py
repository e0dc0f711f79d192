"""Check the map that a reader is about to see by a few forward passes, giving way to predictions."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from meddx.engine.contract import BACKGROUND_BATCH, JobContext
from meddx.engine.job_kinds.finding import open_finding
from meddx.engine.job_kinds.map_check import map_check
from meddx.errors import Refused
from meddx.explain.map_check.area_effects import scores_of_label
from meddx.explain.map_check.check_words import NOTHING_MARKED_RULE
from meddx.explain.map_check.quick_check import copies_with_noise, expected_passes, quick_check, quick_measures
from meddx.explain.map_check.verdicts import verdict_thresholds
from meddx.explain.methods import METHODS
from meddx.explain.methods.explainer import in_batches
from meddx.model.postprocessing import log_odds
from meddx.types import MapCheck, Progress

_MESSAGE = "Checking the heat map"


def run(context: JobContext, arguments: Mapping[str, Any], progress: Progress) -> MapCheck:
    """Return the quick measures of one map's reliability.

    arguments: data (bytes of the file), frame, model (id), label, method (names), maps: label -> float32 (rows,
    columns), by that method on this image, and perhaps the record and note that they were made with. Raises Refused
    where the image cannot be read or is not accepted, for a label that the model does not have, for an unknown
    method, and where the map marks nothing.
    """
    model, method = arguments["model"], arguments["method"]
    if method not in METHODS:
        raise Refused("no-method", f"There is no method {method!r}; there are {', '.join(METHODS)}.")
    finding = open_finding(context, arguments)
    card, column = finding.loaded.card, finding.column
    maps = np.stack([arguments["maps"][label.name] for label in card.labels])
    total, done = expected_passes(method), 0

    def report() -> None:
        progress(done, total, _MESSAGE)

    def scores(images: NDArray[np.float32]) -> NDArray[np.float64]:
        nonlocal done
        found = []
        for piece in in_batches(images, BACKGROUND_BATCH):
            report()
            found.append(context.pass_in_background(model, piece, **finding.beside)[0])
            done = min(done + len(piece), total)
        logits = np.concatenate(found)
        return scores_of_label(logits, partial(log_odds, card=card), column)

    def draw(images: NDArray[np.float32]) -> NDArray[np.float32]:
        if method == "grad-cam":  # its maps come with every pass
            return context.pass_in_background(model, images, **finding.beside)[1][:, column]
        explainer, labels = context.explainer(model, method, **finding.beside), range(len(card.labels))

        def part(done: int, total: int, message: str = "") -> None:
            report()

        drawn = []
        for image in images:
            report()
            drawn.append(explainer(image[np.newaxis], labels, part)[0, column])  # every label: compiled for that many
        return np.stack(drawn)

    numbers = quick_check(
        finding.image,
        column,
        finding.placement,
        maps=maps,
        scores=scores,
        draw=draw,
        copies=copies_with_noise(method),
    )
    progress(total, total, _MESSAGE)
    if not numbers.marks:
        raise Refused(
            NOTHING_MARKED_RULE,
            "The map marks nothing for this label, so there is nothing to test: choose another label or method.",
        )
    own = context.map_limits(model)
    thresholds = verdict_thresholds(card.weights.sha256, own)
    measures = quick_measures(numbers, [label.title for label in card.labels], thresholds)
    return map_check(card, column, method, numbers=numbers, measures=measures, own=own, quick=True)
