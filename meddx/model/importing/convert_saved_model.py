"""Convert a SavedModel to a Keras 3 archive: rebuild its graph of layers, and hold both to the same answers."""

import inspect
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.model.importing.graph_network import check_operations, rebuilt
from meddx.model.importing.saved_model_graph import (
    Node,
    ServingGraph,
    captured_values,
    constant,
    evaluate,
    read_graph,
    setting,
)

GRAPH_TOLERANCE = 1e-5
"""Largest difference between the graph's output and the rebuilt network's, as a share of outputs above 1."""
_SIDE = 96
"""Rows and columns of the images on which both are compared where the graph leaves them open."""


def network_of_graph(folder: Path) -> keras.Model:
    """Return the network in a SavedModel's folder that was held to the limits.

    Raises Refused for operations that no Keras layer stands for, and where the network does not answer as the graph.
    """
    graph = read_graph(folder)
    check_operations(graph)
    try:
        values = captured_values(graph, folder)
        network = rebuilt(graph, values)
        difference = _largest_difference(graph, values, network)
    except Refused:
        raise
    except Exception as error:  # TensorFlow and Keras raise whatever the graph and its checkpoint make them raise
        raise Refused(
            "model-unreadable",
            f"The SavedModel's graph cannot be followed ({type(error).__name__}); load the model where it was made and "
            "save it with model.save('model.keras').",
        ) from error
    if not difference <= GRAPH_TOLERANCE:
        raise Refused(
            "not-reproduced",
            f"The network rebuilt of the SavedModel's graph differs from it by up to {difference:.2g}, and at most "
            f"{GRAPH_TOLERANCE:g} is accepted; load the model where it was made and save it with "
            "model.save('model.keras').",
        )
    return network


def _largest_difference(graph: ServingGraph, values: list[NDArray[Any]], network: keras.Model) -> float:
    """Return the largest difference of an output on slopes and soft patches, in 0 to 1 and in 0 to 255."""
    _, height, width, channels = network.input_shape
    patches = np.random.default_rng(0).random((3, 8, 8, channels), np.float32)  # of every colour
    soft = tf.image.resize(patches, (height or _SIDE, width or _SIDE)).numpy()
    slope = np.broadcast_to(np.linspace(0, 1, soft.shape[2], dtype=np.float32)[:, np.newaxis], soft.shape[1:])
    images = np.concatenate([soft, slope[np.newaxis]])
    return max(_difference(graph, values, network, images * white) for white in (np.float32(1), np.float32(255)))


def _difference(
    graph: ServingGraph, values: list[NDArray[Any]], network: keras.Model, images: NDArray[np.float32]
) -> float:
    given = evaluate(graph, tf.constant(images), [tf.constant(value) for value in values], _run)
    ours = network(images, training=False)
    ours = ours if isinstance(ours, dict) else dict.fromkeys(given, ours)
    shares = [
        np.abs(np.asarray(ours[name]) - np.asarray(output)).max() / max(1.0, float(np.abs(output).max()))
        for name, output in given.items()
    ]
    return float(np.max(shares))  # NaN where one is


def _run(node: Node, inputs: list[Any]) -> Any:  # noqa: ANN401 - tensors
    """Return what TensorFlow makes of one operation, which is among those that were checked."""
    if node.op == "Const":
        return tf.constant(constant(node))
    operation = getattr(tf.raw_ops, node.op)
    taken = inspect.signature(operation).parameters
    settings = {key: setting(node, key) for key in node.attr if key in taken}
    if node.op == "Squeeze":  # the only attribute that Python calls otherwise
        settings["axis"] = list(node.attr["squeeze_dims"].list.i)
    names = [name for name in taken if name not in settings and name != "name"]
    if node.op in ("ConcatV2", "Pack"):  # the inputs that are a list
        inputs = [inputs[:-1], inputs[-1]] if node.op == "ConcatV2" else [inputs]
    result = operation(**dict(zip(names, inputs, strict=False)), **settings)
    return result[0] if isinstance(result, tuple) else result
