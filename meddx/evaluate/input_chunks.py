"""Turn the images of a labelled set into network inputs, a chunk at a time, so that memory stays constant."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet
from meddx.imaging.preprocessing import InputSpec, model_input

IMAGES_PER_CHUNK = 32


def prepared_input(case: LabelledCase, spec: InputSpec) -> NDArray[np.float32]:
    """Return one image as the app passes it to the network: float32 (height, width, channels) in [low, high]."""
    return model_input(case.image(), spec)[0]


def in_chunks(images: LabelledSet, spec: InputSpec, size: int = IMAGES_PER_CHUNK) -> Iterator[NDArray[np.float32]]:
    """Yield the inputs in order, as arrays (at most `size`, height, width, channels).

    Raises Refused naming the row.
    """
    for start in range(0, len(images), size):
        rows = []
        for offset, case in enumerate(images.cases[start : start + size]):
            try:
                rows.append(prepared_input(case, spec))
            except Refused as refusal:
                raise Refused(refusal.rule, f"Row {start + offset + 1} of the set: {refusal.reason}") from refusal
        yield np.stack(rows)
