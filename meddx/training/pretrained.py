"""Load weights of an earlier training, by layer name."""

from pathlib import Path

import keras
import numpy as np

from meddx.errors import Refused

GREY_STEM = "stem_conv/kernel"
"""The first convolution, whose kernels see the colours."""


def load_pretrained(model: keras.Model, path: Path, *, part: bool = False) -> None:
    """Assign every array `LAYER/VARIABLE` of the NumPy archive to the layer of that name in `model`.

    A model for grey images takes the sum of a colour stem's kernels, which gives what the colour network gives for a
    grey image in three equal channels. Layers without an array keep their values; an array of another shape is Refused,
    and so is one without its layer unless `model` is only a part of the network that the weights are of. Names that
    begin with "check/" are examples, not weights.
    """
    if not path.is_file():
        raise Refused("no-pretrained-weights", f"{path} does not exist; the recipe's comment says how to make it.")
    variables = {f"{layer.name}/{variable.name}": variable for layer in model.layers for variable in layer.variables}
    with np.load(path, allow_pickle=False) as archive:
        for name in archive.files:
            if name.startswith("check/"):
                continue
            value = archive[name]
            if name not in variables and part:
                continue
            if name not in variables:
                raise Refused(
                    "other-architecture",
                    f"The pretrained array {name!r} has no layer in {model.name}; take weights of the same network.",
                )
            if name == GREY_STEM and variables[name].shape[2] == 1:
                value = value.sum(axis=2, keepdims=True)
            if tuple(variables[name].shape) != value.shape:
                raise Refused(
                    "other-architecture",
                    f"The pretrained array {name!r} is {value.shape}, not {tuple(variables[name].shape)}; "
                    "take weights of the same network.",
                )
            variables[name].assign(value)
