"""The maps of tf-keras-vis (github.com/keisen/tf-keras-vis, MIT) of the same layer of the same model."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.explain.methods import METHODS
from meddx.model.card import Card

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it imports a namespace that SciPy has deprecated
    from tf_keras_vis.gradcam import Gradcam
    from tf_keras_vis.gradcam_plus_plus import GradcamPlusPlus
    from tf_keras_vis.layercam import Layercam
    from tf_keras_vis.saliency import Saliency
    from tf_keras_vis.scorecam import Scorecam
    from tf_keras_vis.utils.model_modifiers import ReplaceToLinear
    from tf_keras_vis.utils.scores import CategoricalScore

CAMS: dict[str, tuple[Any, dict[str, Any]]] = {
    "grad-cam": (Gradcam, {}),
    "grad-cam-plus-plus": (GradcamPlusPlus, {}),
    "layer-cam": (Layercam, {}),
    "faster-score-cam": (Scorecam, {"max_N": 10}),
}
SALIENCIES: dict[str, dict[str, Any]] = {"gradients": {}, "smooth-grad": {"smooth_samples": 20}}


def reference_name(method: str) -> str:
    """How the record calls the row."""
    return f"tf-keras-vis {method}"


def reference_title(method: str) -> str:
    """How the table calls it."""
    return f"tf-keras-vis: {METHODS[method].title}"


class TfKerasVis:
    """One of its methods (of CAMS or SALIENCIES) on the model in `folder`, not stretched and not enlarged."""

    def __init__(self, folder: Path, card: Card, method: str) -> None:
        model = keras.saving.load_model(folder / card.weights.file, compile=False, safe_mode=True)
        model = keras.Model(model.inputs, model.outputs)  # Sequential lacks output_names, which it asks for
        if method in CAMS:
            explain, options = CAMS[method]
            layer = {"penultimate_layer": card.explained.layer, "seek_penultimate_conv_layer": False}
            self._options = {"normalize_cam": False, "expand_cam": False} | layer | options
        else:
            explain = Saliency
            self._options = {"normalize_map": False} | SALIENCIES[method]
        self._explain = explain(model, model_modifier=ReplaceToLinear(), clone=True)

    def __call__(self, inputs: NDArray[np.float32], labels: Sequence[int]) -> NDArray[np.float32]:
        """(n, rows, columns): of each image (n, height, width, channels) the map of the label (n,) at its place."""
        return np.asarray(self._explain(CategoricalScore(list(labels)), inputs, **self._options), np.float32)
