"""Find out what a model file holds: format, input, scaling, backbone, outputs and the layer that heat maps explain."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import keras

from meddx.errors import Refused
from meddx.model.importing.backbones import DEFAULT_SIDE, Backbone, find_backbone
from meddx.model.importing.explained_layer import find_explained
from meddx.model.importing.flat_network import FlatGraph, flat_graph
from meddx.model.importing.found_model import FoundModel, Scaling
from meddx.model.importing.heads import Head, find_heads
from meddx.model.importing.input_scaling import find_scaling
from meddx.model.importing.read_network import read_network
from meddx.model.importing.scan_file import scan_file
from meddx.model.importing.training_loss import regression_loss

_COLOUR: tuple[Scaling, ...] = ("0-1", "0-255", "-1-1", "imagenet", "caffe", "standardize")
_GREY: tuple[Scaling, ...] = ("0-1", "0-255", "-1-1", "standardize")


_NO_ACTIVATION = ("logits", "one logit")


@dataclass(frozen=True)
class ImageInput:
    """The input of a network. size: (height, width), None where the file leaves one open."""

    size: tuple[int, int] | None
    channels: Literal[1, 3]


def describe_file(path: Path) -> FoundModel:
    """Return what was found in the model file. Raises Refused where it cannot be used, naming the layer."""
    scanned = scan_file(path)
    network = read_network(scanned)
    taken = image_input(network)
    backbone = find_backbone([network.name, *(layer.name for layer in layers_within(network))])
    proposed = taken.size or 2 * (backbone.side if backbone else DEFAULT_SIDE,)
    graph = flat_graph(network, keras.Input((*proposed, taken.channels)))
    heads = _classifying(find_heads(graph), scanned.training)
    explained, notes = find_explained(graph, next(iter(heads)))
    inside = find_scaling(graph)
    return FoundModel(
        format=scanned.format,
        keras=scanned.keras,
        sha256=scanned.sha256,
        size=scanned.size,
        parameters=network.count_params(),
        architecture=backbone.name if backbone else None,
        input=taken.size,
        proposed_input=(proposed[0], proposed[1]),
        channels=taken.channels,
        scaling_inside=inside.phrase if inside else None,
        scalings=_scalings(graph, inside.takes if inside else None, backbone),
        heads=tuple(head.found for head in heads.values()),
        explained_layer=explained.layer.name if explained else None,
        notes=(*scanned.notes, *(inside.notes if inside else ()), *notes),
    )


def _classifying(heads: dict[str, Head], training: object) -> dict[str, Head]:
    """Return the outputs that were not trained as regression is. Raises Refused where all of them were."""
    losses = {
        name: regression_loss(training, name) for name, head in heads.items() if head.found.kind in _NO_ACTIVATION
    }
    kept = {name: head for name, head in heads.items() if not losses.get(name)}
    if not kept:
        name, loss = next(iter(losses.items()))
        raise Refused(
            "not-a-classifier",
            f"Layer {heads[name].found.layer!r} has no activation and was trained with {loss}, as regression is; a "
            "classifier ends in softmax, sigmoid, or a layer without activation trained with cross-entropy.",
        )
    return kept


def image_input(network: keras.Model) -> ImageInput:
    """Return the network's only input. Raises Refused for several, and for one that is no grey or colour image."""
    tensors = network.inputs
    if len(tensors) != 1:
        names = ", ".join(repr(tensor.name) for tensor in tensors)
        raise Refused(
            "several-inputs",
            f"The model takes {len(tensors)} inputs ({names}), and only models of one image can be asked here; "
            "save one that takes the image alone.",
        )
    shape = tensors[0].shape
    if len(shape) != 4 or shape[-1] not in (1, 3):
        sides = " x ".join("any" if side is None else str(side) for side in shape[1:])
        raise Refused(
            "not-an-image-input",
            f"Input {tensors[0].name!r} has shape {sides}, and an image is height x width x 1 (grey) or 3 (RGB), "
            "channels last; save a model of images.",
        )
    height, width, channels = shape[1:]
    return ImageInput(None if height is None or width is None else (height, width), channels)


def layers_within(network: keras.Model) -> list[keras.layers.Layer]:
    """Return the layers of a network and of the networks in it."""
    found = []
    for layer in network.layers:
        found.append(layer)
        if isinstance(layer, keras.Model):
            found.extend(layers_within(layer))
    return found


def _scalings(graph: FlatGraph, inside: str | None, backbone: Backbone | None) -> tuple[Scaling, ...]:
    """Return the scalings worth trying, that which the backbone was made with first."""
    if inside == "0-255":
        return ("inside",)
    every = _COLOUR if graph.image.shape[-1] == 3 else _GREY
    first = backbone.scaling if backbone and inside is None and backbone.scaling in every else "0-1"
    return (first, *(one for one in every if one != first))
