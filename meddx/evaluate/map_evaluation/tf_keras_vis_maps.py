"""Draw the maps of tf-keras-vis (github.com/keisen/tf-keras-vis, MIT) of the same layer of the same model."""

import warnings
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.explain.methods import METHODS, SLOW, Counterpart
from meddx.model.card import Card

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it imports a namespace that SciPy has deprecated
    from tf_keras_vis.saliency import Saliency
    from tf_keras_vis.utils.model_modifiers import ReplaceToLinear
    from tf_keras_vis.utils.scores import CategoricalScore


def measured_beside(method: str) -> Counterpart | None:
    """Return the method's counterpart in tf-keras-vis.

    None where there is none, or where it is too slow to be measured as well.
    """
    return None if METHODS[method].passes >= SLOW else METHODS[method].counterpart


def reference_name(method: str) -> str:
    """Return the name in the record of the row of the method's counterpart."""
    return f"tf-keras-vis {method}"


def reference_title(method: str) -> str:
    """Return the title in the table of the row of the method's counterpart."""
    return f"tf-keras-vis: {METHODS[method].title}"


class TfKerasVis:
    """A method of tf-keras-vis on the model in `folder`; its maps are neither stretched nor enlarged."""

    def __init__(self, folder: Path, card: Card, counterpart: Counterpart) -> None:
        model = keras.saving.load_model(folder / card.weights.file, compile=False, safe_mode=True)
        model = keras.Model(model.inputs, model.outputs)  # Sequential lacks output_names, which it asks for
        kind = class_of(counterpart)
        options: dict[str, Any] = {"normalize_map": False}
        if not issubclass(kind, Saliency):  # the others are asked of a layer, and enlarge its map unless told not to
            layer = {"penultimate_layer": card.explained.layer, "seek_penultimate_conv_layer": False}
            options = {"normalize_cam": False, "expand_cam": False} | layer
        self._options = options | dict(counterpart.options)
        if "max_N" in self._options:  # it refuses to use more feature maps than there are
            channels = model.get_layer(card.explained.layer).output.shape[-1]
            self._options["max_N"] = min(self._options["max_N"], channels)
        self._explain = kind(model, model_modifier=ReplaceToLinear(), clone=True)

    def __call__(self, inputs: NDArray[np.float32], labels: Sequence[int]) -> NDArray[np.float32]:
        """Return the maps (n, rows, columns), one of each image for its label.

        inputs: (n, height, width, channels); labels: (n,).
        """
        return np.asarray(self._explain(CategoricalScore(list(labels)), inputs, **self._options), np.float32)


def class_of(counterpart: Counterpart) -> type:
    """Return the class that the counterpart names."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        kind: type = getattr(import_module(counterpart.module), counterpart.kind)
    return kind
