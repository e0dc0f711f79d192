"""Extend a network by the Grad-CAM of every label, where that has a closed form: one network gives answer and maps."""

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from meddx.explain.closed_form import channel_gradients
from meddx.model.connected_network import connected_network


def explained_network(network: keras.Model, seen: Sequence[str] = ()) -> keras.Model | None:
    """Return a network of the same inputs with the outputs [logits, maps, *moments]; None without a closed form.

    network: outputs [features, logits]. maps: (n, labels, rows, columns), >= 0 in logit units, Grad-CAM (Selvaraju et
    al. 2017, arXiv:1610.02391). seen, moments: as meddx.explain.methods.grad_cam.GradCam has them. Weights behind the
    features are taken as they are now.
    """
    features, logits = network.outputs
    gradients = channel_gradients(network)
    if gradients is None:
        return None
    rows, columns, channels = features.shape[1:]
    weights = gradients / float(rows * columns)  # equation 1: the mean over the places
    # Equation 2: the channels' sum, each with its weight. Matrix products, which every runtime has.
    places = ops.reshape(features, (-1, rows * columns, channels))
    by_label = weights.T if isinstance(weights, np.ndarray) else ops.transpose(weights, (0, 2, 1))
    maps = ops.transpose(ops.relu(ops.matmul(places, by_label)), (0, 2, 1))
    maps = ops.reshape(maps, (-1, logits.shape[-1], rows, columns))
    inputs = network.inputs if len(network.inputs) > 1 else network.inputs[0]
    return connected_network(inputs, [logits, maps, *moments(network, seen)], network, network.name)


def moments(network: keras.Model, seen: Sequence[str]) -> list[keras.KerasTensor]:
    """Return mean and standard deviation over rows and columns of each layer, (n, 2, k); an (n, k) as it is."""
    tensors = [network.get_layer(name).output for name in seen]
    return [one if len(one.shape) == 2 else _over_places(one) for one in tensors]


def _over_places(tensor: keras.KerasTensor) -> keras.KerasTensor:
    return ops.stack([ops.mean(tensor, axis=(1, 2)), ops.std(tensor, axis=(1, 2))], axis=1)
