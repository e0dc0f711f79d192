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
    """The model of `folder` as tf-keras-vis takes it, linear at its end; maps of the layer that the card names.

    The file is read by Keras alone, into a network that nothing else uses: tf-keras-vis need not copy it for each map.
    """

    def __init__(self, folder, card):
        model = keras.saving.load_model(folder / card.weights.file, compile=False)
        self._model = keras.Model(model.inputs, model.outputs)  # Sequential lacks output_names, which it asks for
        ReplaceToLinear()(self._model)
        self._layer = card.explained.layer
        self._labels = len(card.labels)

    def in_double(self):
        """The same of the model in double precision."""
        other = copy(self)
        other._model = in_double(self._model)
        return other

    def cam(self, name, images, label, **options):
        """Maps (n, rows, columns) by the counterpart of a method of a layer."""
        explain = class_of(METHODS[name].counterpart)(self._model)
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

    def cams(self, name, images):
        """Maps (n, labels, rows, columns) of every label."""
        return np.stack([self.cam(name, images, label) for label in range(self._labels)], axis=1)

    def gradients(self, images, label, **options):
        """Gradients (n, height, width, channels), of one image or averaged over noise."""
        explain = Saliency(self._model)
        options = {"keepdims": True, "normalize_map": False, "gradient_modifier": None} | options
        return np.asarray(explain(CategoricalScore([label] * len(images)), images, **options))


def assert_agrees(maps, expected):
    """Every label's maps (n, labels, rows, columns) are those of tf-keras-vis, some of which hold evidence."""
    assert maps.shape == expected.shape
    assert expected.max() > 0
    # Relative to the image's strongest evidence: a label whose map only just leaves zero has no digits of its own.
    largest = expected.max(axis=(1, 2, 3), keepdims=True)
    assert (np.abs(maps - expected) <= 1e-4 * largest).all(), (np.abs(maps - expected).max(), expected.max())
