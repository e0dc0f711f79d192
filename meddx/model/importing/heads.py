"""Find what each output of a network is: probabilities or logits, of exclusive labels or of independent ones."""

from dataclasses import dataclass, field
from typing import Any

import keras

from meddx.errors import Refused
from meddx.model.importing.flat_network import Call, FlatGraph
from meddx.model.importing.found_model import FoundHead, HeadKind

_PASSING = ("Dropout", "Flatten", "Identity", "Reshape", "ActivityRegularization", "Squeeze")
"""Layers that give the numbers they take, in one row or as they were."""


_AVERAGING = ("Average", "GlobalAveragePooling2D", "Mean")
_PROBABILITIES = {"softmax", "sigmoid", "hard_sigmoid"}
SMALLEST_SHARE = 1e-30
"""Below it a probability counts as this one, whose logarithm is finite in float32."""


@dataclass(frozen=True)
class Head:
    """One output with what an activation must be put after.

    logits: tensors (n, units) or (n, 1, 1, units) before the last activation, to be put side by side.
    activated: layers that apply that activation themselves, to be taken from them.
    """

    found: FoundHead
    logits: tuple[keras.KerasTensor, ...]
    activated: tuple[Any, ...] = field(default=())


def find_heads(graph: FlatGraph) -> dict[str, Head]:
    """Return the outputs that are a classifier's, by name. Raises Refused naming the layer where none is one."""
    heads, refusals = {}, []
    for name, output in graph.outputs.items():
        try:
            heads[name] = _head(graph, name, output)
        except Refused as refusal:
            refusals.append(refusal)
    if not heads:
        raise refusals[0]
    return heads


def _head(graph: FlatGraph, name: str, output: keras.KerasTensor) -> Head:
    last = graph.producer(output)
    if last is None:
        raise Refused("no-graph", "The model gives the image back; save the model with its classifying layers.")
    units = output.shape[-1] if len(output.shape) > 1 else None
    if units is None or any(side != 1 for side in output.shape[1:-1]):
        raise Refused(
            "not-a-classifier",
            f"Output {name!r} of layer {last.name!r} has shape {_shape(output)}, not one number for each label; "
            "choose a model that classifies whole images.",
        )
    activation, logits, activated = _before_activation(graph, output)
    return Head(FoundHead(name, _kind(activation, units, last.name), units, last.name), logits, activated)


def _before_activation(
    graph: FlatGraph, tensor: keras.KerasTensor
) -> tuple[str | None, tuple[keras.KerasTensor, ...], tuple[Any, ...]]:
    """Return the last activation's name (None for none), the tensors before it, and the layers that hold it."""
    call = graph.producer(tensor)
    while call is not None and _passes(call):
        tensor = call.inputs[0]
        call = graph.producer(tensor)
    if call is None:
        return None, (tensor,), ()
    if type(call.layer).__name__ == "Concatenate":
        return _side_by_side(graph, call)
    activation = _activation(call.layer)
    if activation in (None, "linear"):
        return _without_activation(graph, call)
    if activation in ("log_softmax", "LogSoftmax"):  # the softmax of its output is the softmax of its input
        return None, (tensor,), ()
    if activation not in ("softmax", "sigmoid"):
        raise Refused(
            "not-a-classifier",
            f"Layer {call.name!r} ends in {activation}, as regression does; a classifier ends in softmax, sigmoid, or "
            "a layer without activation.",
        )
    if type(call.layer).__name__ in ("Activation", "Softmax", "Sigmoid"):
        return activation, call.inputs[:1], ()
    return activation, (tensor,), (call.layer,)


def _without_activation(
    graph: FlatGraph, call: Call
) -> tuple[str | None, tuple[keras.KerasTensor, ...], tuple[keras.Operation, ...]]:
    """Return what `_before_activation` does of a layer that has none: logits, unless it averages probabilities.

    Of the mean of probabilities p the logits are log p for a softmax, and log p - log (1 - p) for a sigmoid.
    """
    before = _activations_before(graph, call)
    if not before & _PROBABILITIES:
        return None, call.outputs, ()
    (kind, *others) = before
    if others or kind not in ("softmax", "sigmoid") or type(call.layer).__name__ not in _AVERAGING:
        raise Refused(
            "not-a-classifier",
            f"Layer {call.name!r} reckons with the outputs of {' and '.join(sorted(before))}, so that it is not known "
            "what its numbers are; end the model in softmax or sigmoid, or in the average of such.",
        )
    share = keras.ops.maximum(call.outputs[0], SMALLEST_SHARE)
    logits = keras.ops.log(share)
    if kind == "sigmoid":
        logits = logits - keras.ops.log(keras.ops.maximum(1.0 - share, SMALLEST_SHARE))
    return kind, (logits,), ()


def _activations_before(graph: FlatGraph, call: Call) -> set[str]:
    """Return the activations that a layer's inputs end in, looking through layers without weights."""
    found: set[str] = set()
    waiting = [] if getattr(call.layer, "weights", None) else list(call.inputs)
    while waiting:
        source = graph.producer(waiting.pop())
        if source is None:
            continue
        activation = _activation(source.layer)
        if activation not in (None, "linear"):
            found.add(activation)
        elif not getattr(source.layer, "weights", None):
            waiting.extend(source.inputs)
        else:
            found.add("linear")
    return found


def _side_by_side(graph: FlatGraph, call: Call) -> tuple[str | None, tuple[keras.KerasTensor, ...], tuple[Any, ...]]:
    """Return what `_before_activation` does of outputs that are put together."""
    parts = [_before_activation(graph, one) for one in call.inputs]
    kinds = {activation for activation, _, _ in parts}
    if kinds == {None}:
        return None, call.outputs, ()
    if kinds != {"sigmoid"}:
        raise Refused(
            "not-a-classifier",
            f"Layer {call.name!r} puts outputs of different kinds together; give each an output of its own.",
        )
    logits = tuple(tensor for _, tensors, _ in parts for tensor in tensors)
    return "sigmoid", logits, tuple(layer for _, _, layers in parts for layer in layers)


def _passes(call: Call) -> bool:
    name = type(call.layer).__name__
    return name in _PASSING or (name == "Activation" and _activation(call.layer) == "linear")


def _activation(layer: keras.Operation) -> str | None:
    """Return the name of the activation that a layer or operation applies last, None for none."""
    name = type(layer).__name__
    if name in ("Softmax", "Sigmoid", "LogSoftmax"):
        return name.lower() if name != "LogSoftmax" else name
    if name in _ACTIVATION_LAYERS:
        return name
    return getattr(getattr(layer, "activation", None), "__name__", None)


_ACTIVATION_LAYERS = ("ReLU", "Relu", "LeakyReLU", "PReLU", "ELU", "Softplus", "Exp", "Tanh")


def _kind(activation: str | None, units: int, layer: str) -> HeadKind:
    if activation == "softmax":
        if units == 1:
            raise Refused(
                "not-a-classifier",
                f"Layer {layer!r} is a softmax of one number, which is always 1; use sigmoid for one label.",
            )
        return "softmax"
    if activation == "sigmoid":
        return "one sigmoid" if units == 1 else "sigmoid"
    return "one logit" if units == 1 else "logits"


def _shape(tensor: keras.KerasTensor) -> str:
    return " x ".join("any" if side is None else str(side) for side in tensor.shape[1:])
