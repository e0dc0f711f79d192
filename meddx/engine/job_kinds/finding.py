"""Open one finding of one image, for the kinds of job that examine one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from meddx.engine.contract import JobContext
from meddx.errors import Refused
from meddx.imaging.preprocessing import model_input
from meddx.model import acceptance, beside_image
from meddx.model.loading import LoadedModel
from meddx.types import Placement


@dataclass(frozen=True)
class Finding:
    """A label of one image, with the model and the model's input.

    loaded: the model in use. image: float32 (height, width, channels), its input; placement: where in that the image
    lies. column: the label's place among the outputs. beside: record and note, where either is given, as arguments of
    the methods of JobContext.
    """

    loaded: LoadedModel
    image: NDArray[np.float32]
    placement: Placement
    column: int
    beside: dict[str, Any] = field(default_factory=dict, repr=False)


def open_finding(context: JobContext, arguments: Mapping[str, Any]) -> Finding:
    """Return the finding that the arguments name.

    arguments: data (bytes of the file), frame, model (id), label (name), and perhaps record and note. Raises Refused
    where the image cannot be read or is not accepted, for a label that the model does not have, and for a record or a
    note that it does not take.
    """
    loaded = context.loaded(arguments["model"])
    names = [label.name for label in loaded.card.labels]
    if arguments["label"] not in names:
        raise Refused("no-label", "The model has no such label; choose one of those shown.")
    beside = {name: arguments[name] for name in ("record", "note") if arguments.get(name)}
    beside_image.check_taken(loaded.card, beside.get("record", {}), beside.get("note", ""))
    image = context.read(arguments["data"], arguments["frame"])
    acceptance.check_accepted(loaded.card, image)
    prepared, placement = model_input(image, loaded.card.input)
    return Finding(loaded, prepared, placement, names.index(arguments["label"]), beside)
