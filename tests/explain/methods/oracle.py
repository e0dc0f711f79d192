"""tf-keras-vis on a shipped model, asked for the maps of one label without stretching or enlarging them."""

import warnings
from copy import copy

import keras
import numpy as np

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it imports a namespace that SciPy has deprecated
    from tf_keras_vis.saliency import Saliency
    from tf_keras_vis.utils.model_modifiers import ReplaceToLinear
    from tf_keras_vis.utils.scores import CategoricalScore

from meddx.evaluate.map_evaluation.tf_keras_vis_maps import class_of
from meddx.explain.methods import METHODS
from tests.explain.methods.double import in_double


class Oracle:
    """The model of `folder` as tf-keras-vis takes it; maps of the layer that the card names."""

    def __init__(self, folder, card):
        model = keras.saving.load_model(folder / card.weights.file, compile=False)
        self._model = keras.Model(model.inputs, model.outputs)  # Sequential lacks output_names, which it asks for
        self._layer = card.explained.layer

    def in_double(self):
        """The same of the model in double precision."""
        other = copy(self)
        other._model = in_double(self._model)
        return other

    def cam(self, name, images, label, **options):
        """Maps (n, rows, columns) by the counterpart of a method of a layer."""
        explain = class_of(METHODS[name].counterpart)(self._model, model_modifier=ReplaceToLinear(), clone=True)
        maps = explain(
            CategoricalScore([label] * len(images)),
            images,
            penultimate_layer=self._layer,
            seek_penultimate_conv_layer=False,
            normalize_cam=False,
            expand_cam=False,
            **options,
        )
        return np.asarray(maps)

    def gradients(self, images, label, **options):
        """Gradients (n, height, width, channels), of one image or averaged over noise."""
        explain = Saliency(self._model, model_modifier=ReplaceToLinear(), clone=True)
        options = {"keepdims": True, "normalize_map": False, "gradient_modifier": None} | options
        return np.asarray(explain(CategoricalScore([label] * len(images)), images, **options))
