"""Copy a network whose layers may be networks themselves into one flat graph in which every layer is used once."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import keras

from meddx.errors import Refused
from meddx.model.importing.weight_limit import MOST_WEIGHTS, limited_weights

LARGEST_FEATURES = 2**29
"""Bytes of one layer's output for one image; the largest of usual backbones at their usual size take 20 MiB."""
OWN_NAMES = frozenset(
    {
        "image", "channels_reversed", "imagenet_scaling", "caffe_scaling", "image_standardization",
        "logits", "absent_present", "probabilities",
    }
)  # fmt: skip
"""Names of the layers that meddx.model.importing.prepare puts before and after the graph; no copy gets one of them."""
Tensors = Any
"""Symbolic tensors in the structure that a network takes or gives."""


@dataclass(frozen=True, eq=False)
class Call:
    """One layer or operation of the flat graph at its only use.

    name: that it had in the given network. arguments: by position, tensors and numbers.
    inputs, outputs: symbolic tensors.
    """

    layer: keras.Operation
    name: str
    arguments: tuple[Any, ...]
    inputs: tuple[keras.KerasTensor, ...]
    outputs: tuple[keras.KerasTensor, ...]


@dataclass(frozen=True)
class FlatGraph:
    """A network as the calls of its layers, each after those that it depends on.

    image: what the first layers take. outputs: by the name under which a person chooses one.
    networks: names of the networks that were layers, outermost first.
    """

    image: keras.KerasTensor
    outputs: dict[str, keras.KerasTensor]
    calls: tuple[Call, ...]
    networks: tuple[str, ...]

    def producer(self, tensor: keras.KerasTensor) -> Call | None:
        """Return the call that gives a tensor, None for the image."""
        return next((call for call in self.calls if any(tensor is one for one in call.outputs)), None)

    def followers(self, tensor: keras.KerasTensor) -> list[Call]:
        """Return the calls that take a tensor."""
        return [call for call in self.calls if any(tensor is one for one in call.inputs)]

    def before(self, tensor: keras.KerasTensor) -> list[Call]:
        """Return the calls that a tensor depends on, in order."""
        needed, found = {id(tensor)}, []
        for call in reversed(self.calls):
            if any(id(output) in needed for output in call.outputs):
                needed.update(id(one) for one in call.inputs)
                found.append(call)
        return found[::-1]


def flat_graph(network: keras.Model, image: keras.KerasTensor) -> FlatGraph:
    """Return `network` applied to `image` as one flat graph of new layers with the same weights.

    network: Functional or Sequential, with such networks among its layers to any depth; it is not changed.
    image: symbolic tensor (None, height, width, channels).
    A layer that is used several times becomes several with equal weights, so that each has one output. Layers that
    only augment training images are left out, and all weights are trainable, whatever was frozen in training.
    Raises Refused for a layer that is told to behave as in training.
    """
    copier = _Copier()
    with limited_weights(MOST_WEIGHTS, f"at most {MOST_WEIGHTS:,} are taken; use a smaller network"):
        outputs = keras.tree.flatten(copier.connect(network, image))
    _check_features(copier.calls)
    copier.copy_weights()
    names = _output_names(network, outputs, copier.calls)
    return FlatGraph(image, dict(zip(names, outputs, strict=True)), tuple(copier.calls), tuple(copier.networks))


def _check_features(calls: list[Call]) -> None:
    """Raise Refused for a layer whose output for one image would fill the memory."""
    for call in calls:
        for output in call.outputs:
            size = 4 * math.prod(side or 1 for side in output.shape[1:])
            if size > LARGEST_FEATURES:
                raise Refused(
                    "too-large-features",
                    f"Layer {call.name!r} would make {size / 2**30:.1f} GiB of numbers of one image, and at most "
                    f"{LARGEST_FEATURES / 2**30:g} GiB are made; give the model a smaller input.",
                )


@dataclass
class _Copier:
    """Connect copies of layers, and keep which layer each was copied from."""

    calls: list[Call] = field(default_factory=list)
    networks: list[str] = field(default_factory=list)
    _pairs: list[tuple[keras.layers.Layer, keras.layers.Layer]] = field(default_factory=list)
    _names: set[str] = field(default_factory=lambda: set(OWN_NAMES))

    def connect(self, network: keras.Model, inputs: Tensors) -> Tensors:
        """Return the network's outputs, in their structure, on symbolic inputs."""
        self.networks.append(network.name)
        if isinstance(network, keras.Sequential):
            network = keras.Model(network.inputs, network.outputs)
        # What keras.models.clone_model does; that itself stops at the edge of inner networks.
        return network._run_through_graph(inputs, call_fn=self._call)

    def copy_weights(self) -> None:
        """Give every copy the weights of its layer."""
        for copy, layer in self._pairs:
            if layer.weights:
                copy.set_weights(layer.get_weights())
            if isinstance(copy, keras.layers.Normalization):
                copy.finalize_state()

    def _call(self, layer: keras.Operation, *args: Tensors, **kwargs: Tensors) -> Tensors:
        if isinstance(layer, keras.Model):
            return self.connect(layer, *args, **{key: value for key, value in kwargs.items() if key == "inputs"})
        if only_augments(layer):
            return args[0] if args else next(iter(kwargs.values()))
        if kwargs.pop("training", None):
            raise Refused(
                "always-training",
                f"Layer {layer.name!r} is called with training=True, so that its answer changes from one call to the "
                "next; build the model without it and save it again.",
            )
        copy = self._copy(layer)
        output = self._record(copy, layer.name, *args, **kwargs)
        if not isinstance(copy, keras.layers.Layer) and isinstance(output, keras.KerasTensor) and output.ndim == 4:
            # Heat maps need a layer to be named by; an operation, such as the sum of two maps, is none.
            named = keras.layers.Activation("linear", name=self._unique(f"{layer.name}_output"))
            output = self._record(named, layer.name, output)
        return output

    def _record(self, layer: keras.Operation, name: str, *args: Tensors, **kwargs: Tensors) -> Tensors:
        """Call a layer of the flat graph and keep the call."""
        output = layer(*args, **kwargs)
        inputs = [one for one in keras.tree.flatten((args, kwargs)) if isinstance(one, keras.KerasTensor)]
        self.calls.append(Call(layer, name, args, tuple(inputs), tuple(keras.tree.flatten(output))))
        return output

    def _copy(self, layer: keras.Operation) -> keras.Operation:
        config = layer.get_config()
        config["name"] = self._unique(layer.name)
        if isinstance(layer, keras.layers.Layer):
            config["trainable"] = True
        copy = type(layer).from_config(config)
        if isinstance(layer, keras.layers.Layer):
            self._pairs.append((copy, layer))
        return copy

    def _unique(self, name: str) -> str:
        """Return the name, with a number where an inner network has used it already, or meddx itself will."""
        wanted = next(one for one in _numbered(name) if one not in self._names)
        self._names.add(wanted)
        return wanted


def only_augments(layer: keras.Operation) -> bool:
    """Return whether a layer changes images in training alone, so that it does nothing here."""
    name = type(layer).__name__
    random = name.startswith("Random") and name != "RandomCrop"
    return type(layer).__module__.startswith("keras.src.layers.preprocessing.") and (
        random or name in ("AugMix", "CutMix", "MixUp", "RandAugment")
    )


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}_{number}"
        number += 1


def _output_names(network: keras.Model, outputs: list[keras.KerasTensor], calls: list[Call]) -> list[str]:
    """Return a name for each output: its key where the network gives a dict, else the layer that it comes from."""
    made = {id(output): call.name for call in calls for output in call.outputs}
    structure = network.output
    paths = keras.tree.flatten_with_path(structure) if isinstance(structure, dict) else None
    names: list[str] = []
    for index, output in enumerate(outputs):
        name = ".".join(str(step) for step in paths[index][0]) if paths else made.get(id(output), "input")
        names.append(next(one for one in _numbered(name) if one not in names))
    return names
