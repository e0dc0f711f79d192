"""Loading of a model folder as a network that returns features and logits."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import keras

from meddx.errors import CardError
from meddx.model.card import Card
from meddx.model.fused_network import FusedNetwork, image_alone, take_apart
from meddx.model.note_words import read_vocabulary
from meddx.model.registry import installed_card

_LAST_ACTIVATION = {"exclusive": "softmax", "multilabel": "sigmoid"}


@dataclass(frozen=True)
class LoadedModel:
    """A loaded network with its card.

    network: keras.Model, float32 (n, height, width, channels) -> [features, logits]: the output of the card's
        explained layer (n, rows, columns, k), and what went into the last softmax or sigmoid (n, labels). Of a model
        that takes a record or a note it answers without them; `fused` answers with them, None for other models.
    """

    card: Card
    network: keras.Model
    fused: FusedNetwork | None = None


def load_model(folder: Path) -> LoadedModel:
    """Load the model in `folder`.

    Raises CardError when card, weights file and network do not agree.
    The SHA-256 is checked before Keras reads the file, and Keras reads it in safe mode (no code from the file).
    """
    card = installed_card(folder)
    path = folder / card.weights.file
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != card.weights.sha256:
        raise _disagrees(card, "weights.sha256", card.weights.sha256, f"{path.name} has {digest}")
    try:
        network = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises whatever the file makes it raise
        raise CardError(
            f"{card.id}: Keras {keras.__version__} cannot load {path.name}, "
            f"written by Keras {card.weights.keras}: {type(error).__name__}"
        ) from error
    if card.is_fused:
        _check_fusion(network, card)
        fused = take_apart(network, card, read_vocabulary(folder, card.note) if card.note else None)
        return LoadedModel(card, image_alone(network, fused), fused)
    return LoadedModel(card, network_with_logits(_functional(network), card))


def _functional(network: keras.Model) -> keras.Model:
    """Return the network itself, or for a Sequential its layers connected once, with its weights.

    Keras connects a Sequential anew for every layer that is added, and `layer.output` is what the first of these graphs
    gave: the logits of the last one do not depend on it.
    """
    if not isinstance(network, keras.Sequential):
        return network
    image = tensor = keras.Input(network.input_shape[1:])
    for layer in network.layers:
        tensor = type(layer).from_config(layer.get_config())(tensor)
    connected = keras.Model(image, tensor)
    connected.set_weights(network.get_weights())
    return connected


def network_with_logits(network: keras.Model, card: Card) -> keras.Model:
    """Return a network with outputs [features, logits] that shares its weights with `network`.

    network: ends in the softmax or sigmoid of card.task.
    A last Dense layer loses its activation in place, so `network` gives logits as well afterwards.
    Raises CardError naming the card's field that the network contradicts.
    """
    expected = (None, card.input.height, card.input.width, card.input.channels)
    if tuple(network.input_shape) != expected:
        raise _disagrees(card, "input", expected[1:], f"the network takes {network.input_shape}")
    if tuple(network.output_shape) != (None, len(card.labels)):
        raise _disagrees(card, "labels", len(card.labels), f"the network's output has shape {network.output_shape}")
    if network.count_params() != card.weights.parameters:
        raise _disagrees(card, "weights.parameters", card.weights.parameters, f"it has {network.count_params()}")
    return keras.Model(network.inputs[0], [_features(network, card), _logits(network, card)], name=card.id)


def _check_fusion(network: keras.Model, card: Card) -> None:
    """Raise CardError naming the card's field that a network for image, record and note contradicts."""
    if tuple(network.output_shape) != (None, len(card.labels)):
        raise _disagrees(card, "labels", len(card.labels), f"the network's output has shape {network.output_shape}")
    if network.count_params() != card.weights.parameters:
        raise _disagrees(card, "weights.parameters", card.weights.parameters, f"it has {network.count_params()}")
    if (ends := _activation(network.layers[-1])) != _LAST_ACTIVATION[card.task]:
        raise _disagrees(card, "task", card.task, f"the network must end otherwise than in {ends}")
    _features(network, card)


def _features(network: keras.Model, card: Card) -> keras.KerasTensor:
    name = card.explained.layer
    try:
        features = network.get_layer(name).output
    except ValueError as error:
        raise _disagrees(card, "explained.layer", name, "the network has no layer of that name") from error
    if len(features.shape) != 4:
        raise _disagrees(card, "explained.layer", name, f"its output has shape {features.shape}, not rows and columns")
    return features


def _logits(network: keras.Model, card: Card) -> keras.KerasTensor:
    """Return the input of the last activation, whether that is a layer or belongs to the last Dense layer."""
    wanted = _LAST_ACTIVATION[card.task]
    last = network.layers[-1]
    found = "softmax" if isinstance(last, keras.layers.Softmax) else _activation(last)
    if found != wanted:
        raise _disagrees(card, "task", card.task, f"the network must end in {wanted}, and ends in {found or last.name}")
    if isinstance(last, keras.layers.Dense):
        last.activation = keras.activations.linear
        return network.outputs[0]
    return last.input


def _activation(layer: keras.layers.Layer) -> str | None:
    return getattr(getattr(layer, "activation", None), "__name__", None)


def _disagrees(card: Card, field: str, value: object, found: str) -> CardError:
    return CardError(f"{card.id}/card.toml: field {field}, value {value!r}: {found}")
