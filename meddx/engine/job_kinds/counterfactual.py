"""What would change a model's mind about one image: the smallest part that, blurred away, flips a finding."""

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.engine.job_kinds.finding import open_finding
from meddx.engine.job_runner import JobProgress
from meddx.explain.counterfactual import LARGEST_SHARE, smallest_counterfactual
from meddx.explain.methods.compiled_passes import Logits
from meddx.model.postprocessing import probabilities
from meddx.types import Counterfactual

if TYPE_CHECKING:
    from meddx.engine.service import Service

_KEPT = 2


def run(service: "Service", arguments: Mapping[str, Any], progress: JobProgress) -> Counterfactual:
    """The answer for one label. arguments: data (bytes of the file), frame, model (id), label (name).

    Raises Refused where the image cannot be read or is not accepted, and for a label that the model does not have.
    """
    asked = open_finding(service, arguments)
    card, column = asked.loaded.card, asked.column
    progress(0, 0, "Looking for the smallest part that matters")
    logits = _logits(asked.loaded.network)

    def probability(images: NDArray[np.float32]) -> NDArray[np.float64]:
        of_label: NDArray[np.float64] = probabilities(logits(images), card)[:, column]
        return of_label

    label = card.labels[column]
    found = smallest_counterfactual(probability, asked.image, label.threshold, asked.placement, progress)
    return Counterfactual(label.name, found.hidden, found.before, found.after, label.threshold, LARGEST_SHARE)


@lru_cache(_KEPT)
def _logits(network: keras.Model) -> Logits:
    """Kept, so that the second image of a model does not wait for compiling."""
    return Logits(network)
