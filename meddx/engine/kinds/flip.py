"""What would change a model's mind about one film: the smallest part that, blurred away, flips a finding."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from meddx.engine.jobs import Progress
from meddx.errors import Refused
from meddx.explain.flip import MOST, smallest_flip
from meddx.explain.methods.passes import Logits
from meddx.imaging.prepare import model_input
from meddx.model import acceptance
from meddx.model.decide import probabilities
from meddx.model.loading import load
from meddx.model.registry import find_model
from meddx.types import Flip

if TYPE_CHECKING:
    from meddx.engine.service import Service

_KEPT = 2


def run(service: "Service", arguments: Mapping[str, Any], progress: Progress) -> Flip:
    """The answer for one label. arguments: data (bytes of the file), frame, model (id), label (name).

    Raises Refused where the film cannot be read or is not accepted, and for a label that the model does not have.
    """
    installed = find_model(service.directory, arguments["model"])
    card = installed.card
    names = [label.name for label in card.labels]
    if arguments["label"] not in names:
        raise Refused("no-label", "The model has no such label; choose one of those shown.")
    film = service.read(arguments["data"], arguments["frame"])
    acceptance.check(card, film)
    prepared, placement = model_input(film, card.input)
    column = names.index(arguments["label"])
    progress(0, 0, "Looking for the smallest part that matters")
    logits = _logits(installed.folder, card.weights.sha256)

    def probability(films: NDArray[np.float32]) -> NDArray[np.float64]:
        of_label: NDArray[np.float64] = probabilities(logits(films), card)[:, column]
        return of_label

    threshold = card.labels[column].threshold
    found = smallest_flip(probability, prepared, threshold, placement, progress)
    return Flip(names[column], found.hidden, found.before, found.after, threshold, MOST)


@lru_cache(_KEPT)
def _logits(folder: Path, sha256: str) -> Logits:
    """Kept, so that the second film of a model does not wait for compiling. sha256: other weights, another pass."""
    return Logits(load(folder).network)
