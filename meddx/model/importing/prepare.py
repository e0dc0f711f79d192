"""Prepare a found network for meddx: flat, float32, its scaling in front, ending in softmax or sigmoid."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax

from meddx.errors import Refused
from meddx.model.connected_network import connected_network
from meddx.model.importing.describe_file import image_input
from meddx.model.importing.explained_layer import find_explained
from meddx.model.importing.flat_network import flat_graph
from meddx.model.importing.found_model import FoundHead, ImportChoices
from meddx.model.importing.heads import Head, find_heads
from meddx.model.importing.input_scaling import RANGES, scaled_values, with_scaling
from meddx.model.importing.read_network import read_network
from meddx.model.importing.scan_file import scan_file

LARGEST_DIFFERENCE = 1e-5
"""Largest difference of a probability between the given and the prepared network that is accepted."""

Network = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Inputs (n, height, width, channels) -> probabilities (n, labels)."""


@dataclass(frozen=True)
class PreparedNetwork:
    """A network that meddx can use.

    network: keras.Model, float32 (n, height, width, channels) in [low, high] -> probabilities (n, labels); ends in the
        softmax of exclusive labels or the sigmoid of independent ones.
    low, high: what black and white are at its input.
    explained_layer: name of the last feature map before pooling.
    original: the network of the file, asked with the same inputs by a scaling and an activation of its own.
    largest_difference: between the two, on images of noise and even brightness.
    notes: for the reader, one sentence each.
    """

    network: keras.Model
    low: float
    high: float
    explained_layer: str
    original: Network
    largest_difference: float
    notes: tuple[str, ...] = ()


def prepare_network(path: Path, choices: ImportChoices) -> PreparedNetwork:
    """Return the network in the file, prepared by a person's choices.

    Raises Refused where the choices contradict the file, nothing can be explained, or the prepared network does not
    answer as the given one does.
    """
    scanned = scan_file(path)
    given = read_network(scanned)
    taken = image_input(given)
    _check_choices(choices, taken.size, taken.channels)
    image = keras.Input((*choices.input, taken.channels), name="image")
    graph = flat_graph(given, with_scaling(image, choices.scaling, choices.channel_order))
    heads = find_heads(graph)
    if choices.head not in heads:
        raise Refused("no-such-output", f"The model has no output {choices.head!r}; choose one of {', '.join(heads)}.")
    head = heads[choices.head]
    _check_exclusive(head.found, choices.exclusive)
    explained, notes = find_explained(graph, choices.head)
    if explained is None:
        raise Refused(
            "no-feature-map",
            "No layer of the model has rows and columns of features, so that no heat map can be made; "
            "choose a convolutional network.",
        )
    network = connected_network(image, _probabilities(head, choices.exclusive), name="network")
    low, high = RANGES[choices.scaling]
    original = _original(given, choices, head.found, list(graph.outputs).index(choices.head))
    difference = _largest_difference(network, original, low, high)
    if not difference <= LARGEST_DIFFERENCE:
        raise Refused(
            "not-reproduced",
            f"The prepared network differs from the given one by up to {difference:.2g} in a probability, and at most "
            f"{LARGEST_DIFFERENCE:g} is accepted; a layer of it cannot be copied faithfully: build it of "
            "other Keras layers.",
        )
    return PreparedNetwork(network, low, high, explained.layer.name, original, difference, (*scanned.notes, *notes))


def _check_choices(choices: ImportChoices, size: tuple[int, int] | None, channels: int) -> None:
    if size is not None and choices.input != size:
        raise Refused(
            "input-size",
            f"The model takes images of {size[0]} x {size[1]} pixels alone, not {choices.input[0]} x "
            f"{choices.input[1]}; leave the size as it is.",
        )
    if channels == 1 and choices.channel_order != "rgb":
        raise Refused("channels-of-grey", "The model takes grey images, whose channels have no order; leave that open.")
    if channels == 1 and choices.scaling in ("imagenet", "caffe"):
        raise Refused(
            "scaling-of-colour", f"Scaling {choices.scaling!r} is for RGB, and the model takes grey; choose another."
        )


def _check_exclusive(head: FoundHead, exclusive: bool) -> None:
    """Raise Refused where the choice contradicts the output's own activation."""
    if head.kind == "softmax" and not exclusive:
        raise Refused(
            "exclusive", f"Output {head.name!r} is a softmax, so exactly one label is true: choose exclusive."
        )
    if head.kind == "sigmoid" and exclusive:
        raise Refused(
            "exclusive", f"Output {head.name!r} is a sigmoid of each label, so several may be true: choose multi-label."
        )
    if head.units == 1 and not exclusive:
        raise Refused(
            "exclusive",
            f"Output {head.name!r} is one number, which gives two labels, absent or present: choose exclusive.",
        )


def _probabilities(head: Head, exclusive: bool) -> keras.KerasTensor:
    """Return the symbolic output (n, labels) with its last activation as a layer of its own."""
    for layer in head.activated:
        layer.activation = keras.activations.linear
    rows = [
        keras.layers.Flatten(name=f"logits_in_a_row_{place}")(one) if one.ndim > 2 else one
        for place, one in enumerate(head.logits)
    ]
    logits = keras.layers.Concatenate(name="logits")(rows) if len(rows) > 1 else rows[0]
    if head.found.units == 1:
        # The softmax of (-z/2, z/2) is (1 - sigmoid(z), sigmoid(z)), and halving is exact.
        halves = keras.layers.Dense(2, use_bias=False, trainable=False, name="absent_present")
        logits = halves(logits)
        halves.set_weights([np.array([[-0.5, 0.5]], np.float32)])
    activation = "softmax" if exclusive else "sigmoid"
    return keras.layers.Activation(activation, name="probabilities")(logits)


def _original(given: keras.Model, choices: ImportChoices, head: FoundHead, index: int) -> Network:
    """Return the network of the file as a function of prepared inputs; scaling and activation by NumPy and SciPy.

    index: of the chosen output among all.
    """
    fixed = given.inputs[0].shape[0]
    batch = fixed or 8

    def ask(images: NDArray[np.float32]) -> NDArray[np.float32]:
        parts = []
        for start in range(0, len(images), batch):
            values = scaled_values(images[start : start + batch], choices.scaling, choices.channel_order)
            number = len(values)
            if fixed:
                values = np.resize(values, (fixed, *values.shape[1:]))
            tensor = keras.ops.convert_to_tensor(values, given.inputs[0].dtype)
            output = given(keras.tree.pack_sequence_as(given.input, [tensor]), training=False)
            parts.append(np.asarray(keras.tree.flatten(output)[index])[:number].reshape(number, -1))
        return _as_probabilities(np.concatenate(parts), head, choices.exclusive)

    return ask


def _as_probabilities(output: NDArray[np.float32], head: FoundHead, exclusive: bool) -> NDArray[np.float32]:
    """Return probabilities (n, labels) of the given network's output (n, units)."""
    if head.kind in ("one sigmoid", "one logit"):
        present = output if head.kind == "one sigmoid" else expit(output)
        return np.concatenate([1 - present, present], axis=1).astype(np.float32)
    if head.kind == "logits":
        return np.asarray(softmax(output, axis=1) if exclusive else expit(output), np.float32)
    return output.astype(np.float32)


def _largest_difference(network: keras.Model, original: Network, low: float, high: float) -> float:
    """Return the largest difference of a probability on noise, a slope, black and white."""
    _, height, width, channels = network.input_shape
    slope = np.broadcast_to(np.linspace(0, 1, width, dtype=np.float32)[:, np.newaxis], (height, width, channels))
    noise = np.random.default_rng(0).random((2, height, width, channels), np.float32)
    images = np.concatenate([noise, np.stack([slope, np.zeros_like(slope), np.ones_like(slope)])])
    images = (low + (high - low) * images).astype(np.float32)
    return float(np.abs(np.asarray(network(images, training=False)) - original(images)).max())
