"""Find the smallest part of an image that, blurred away, flips one finding."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.engine.contract import JobContext
from meddx.engine.job_kinds.finding import Finding, open_finding
from meddx.errors import Refused
from meddx.explain.counterfactual import LARGEST_SHARE, smallest_counterfactual
from meddx.explain.methods.compiled_passes import Logits
from meddx.model.postprocessing import probabilities
from meddx.types import Counterfactual, Progress

_MOST_CACHED = 2


def run(context: JobContext, arguments: Mapping[str, Any], progress: Progress) -> Counterfactual:
    """Return the smallest part of the image that flips one label.

    arguments: data (bytes of the file), frame, model (id), label (name), and perhaps record and note, which stay as
    they are. Raises Refused where the image cannot be read or is not accepted, for a label that the model does not
    have, and for a record or a note that it does not take.
    """
    finding = open_finding(context, arguments)
    card, column = finding.loaded.card, finding.column
    progress(0, 0, "Looking for the smallest part that matters")
    logits = _logits(finding.loaded.network) if not finding.beside else _logits_beside(context, arguments, finding)

    def probability(images: NDArray[np.float32]) -> NDArray[np.float64]:
        of_label: NDArray[np.float64] = probabilities(logits(images), card)[:, column]
        return of_label

    label = card.labels[column]
    if label.threshold is None:
        raise Refused(
            "no-threshold",
            f"{label.title} has no cut-off for this model, so no result could flip: choose a label with one.",
        )
    found = smallest_counterfactual(probability, finding.image, label.threshold, finding.placement, progress)
    return Counterfactual(label.name, found.hidden, found.before, found.after, label.threshold, LARGEST_SHARE)


def _logits_beside(
    context: JobContext, arguments: Mapping[str, Any], finding: Finding
) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    return lambda images: context.pass_in_background(arguments["model"], images, **finding.beside)[0]


@lru_cache(_MOST_CACHED)
def _logits(network: keras.Model) -> Logits:
    """Return the compiled network, cached so that a model's second image does not wait for compilation."""
    return Logits(network)
