"""Walk the configuration of a model before Keras does, and refuse by name whatever is not a part of Keras.

What is allowed is what Keras itself offers for networks: its layers less those that run code from elsewhere, and
operations, initialisers, regularisers, constraints and activations. Nothing is imported by a name from the file.
"""

import inspect
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

import keras

from meddx.errors import Refused

FOREIGN_CODE = frozenset(
    {"Lambda", "TFSMLayer", "JaxLayer", "FlaxLayer", "TorchModuleWrapper", "TFOpLambda", "SlicingOpLambda"}
)
"""Layers that hold a program rather than a layer."""
_NETWORKS = {
    "Functional": ("keras.src.models.functional", "Functional"),
    "Model": ("keras.src.models.functional", "Functional"),
    "Sequential": ("keras.src.models.sequential", "Sequential"),
}
_OTHERS = {
    "DTypePolicy": ("keras", keras.dtype_policies.DTypePolicy),
    "FloatDTypePolicy": ("keras", keras.dtype_policies.DTypePolicy),
    "Policy": ("keras", keras.dtype_policies.DTypePolicy),
    "SeedGenerator": ("keras.random", keras.random.SeedGenerator),
}
_LEGACY_MODULES = (
    "keras.src.applications.convnext",
    "keras.src.applications.inception_resnet_v2",
    "keras.src.ops.numpy",
    "keras.src.ops.nn",
    "keras.src.ops.core",
)
"""Where an HDF5 file, which names no modules, may have a class from that is no public layer."""
_CALLING = frozenset(
    {"AssociativeScan", "Cond", "CustomGradient", "ForiLoop", "Map", "Scan", "Switch", "VectorizedMap", "WhileLoop"}
)
"""Operations that call a function given to them."""
_PARTS = ("layers", "initializers", "regularizers", "constraints")
_PLAIN = frozenset(
    {
        "__keras_tensor__",
        "__tensor__",
        "__numpy__",
        "__ellipsis__",
        "__slice__",
        "__bytes__",
        "__tuple__",
        "TensorShape",
    }
)
"""Marks of plain values in a configuration, by which nothing is called."""
_ACTIVATION_KEYS = ("activation", "recurrent_activation")
TRAINING_ONLY = ("compile_config", "kernel_regularizer", "bias_regularizer", "activity_regularizer")
"""What a configuration says of training; meddx.model.importing.current_config drops it unread."""
MOST_DEEP = 200
"""Levels of a configuration: backbones in backbones have some ten each."""


def check_depth(config: object) -> None:
    """Raise Refused ("config-too-deep") for a configuration nested deeper than MOST_DEEP."""
    level = [config]
    for _ in range(MOST_DEEP):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return
    raise Refused(
        "config-too-deep",
        "The model's configuration is nested too deeply to be a network's; save it as one Functional model.",
    )


def check_classes(config: object) -> None:
    """Raise Refused for the first class or function in a model's configuration that is not one of Keras' own.

    Rules: "lambda-layer", "foreign-code", "unknown-class", "unknown-function".
    """
    for part, owner in _parts(config):
        if "class_name" in part:
            _check_class(part, owner)
        elif "registered_name" in part or "module" in part:
            raise _unknown(str(part.get("registered_name") or part.get("module")), owner)
        for key in _ACTIVATION_KEYS:
            if isinstance(part.get(key), str) and part[key] not in activations():
                raise _unknown_function(part[key], owner)


def _check_class(part: dict[str, Any], owner: str) -> None:
    name, module, registered = part["class_name"], part.get("module"), part.get("registered_name")
    if not isinstance(name, str) or not isinstance(module, str | None) or not isinstance(registered, str | None):
        raise _unknown("without a name", owner)
    if name in ("Lambda", "__lambda__"):
        raise Refused(
            "lambda-layer",
            f"{owner} is a Lambda, which is Python code in the file and is not run; "
            "put a Keras layer in its place, such as Rescaling for a scaling, and save the model again.",
        )
    if name in FOREIGN_CODE or name == "__typespec__":
        raise Refused(
            "foreign-code",
            f"{owner} is a {name}, which runs a program that is not made of Keras layers; "
            "put Keras layers in its place and save the model again.",
        )
    if name in _PLAIN and module is None:
        return
    if registered is not None and ">" in registered:
        raise _unknown(registered, owner)
    if module is not None and module != "builtins" and module.split(".")[0] not in ("keras", "tf_keras"):
        raise _unknown(f"{module}.{name}", owner)
    if name == "function":
        function = part.get("config")
        if function not in activations():
            raise _unknown_function(str(function), owner)
        return
    if registered not in (None, name) or resolved(name, module) is None:
        raise _unknown(name, owner)


@cache
def resolved(name: str, module: str | None) -> tuple[str, type] | None:
    """Return Keras' class of that name with the module that Keras finds it in, None where it may not be loaded.

    module: as the file states it, None in an HDF5 file; it only decides between two classes of one name.
    """
    if name in _NETWORKS:
        return _loaded(*_NETWORKS[name], keras.Model)
    if module is not None and module.startswith(("keras.src.ops.", "keras.ops", "keras.src.applications.")):
        return _loaded(module, name, keras.Operation)
    if name in _OTHERS:
        return _OTHERS[name]
    hinted = [part for part in _PARTS if module is not None and part in module.split(".")]
    for part in hinted or _PARTS:
        found = getattr(getattr(keras, part), name, None)
        if inspect.isclass(found) and name not in FOREIGN_CODE:
            return (f"keras.{part}", found)
    return operation(name) if module is None else None


def operation(name: str) -> tuple[str, type] | None:
    """Return an operation, or a layer of keras.applications, that an HDF5 file names without its module."""
    found = (_loaded(module, name, keras.Operation) for module in _LEGACY_MODULES)
    return next((one for one in found if one is not None), None)


def _loaded(module: str, name: str, kind: type) -> tuple[str, type] | None:
    """Return a class from a module of Keras that is loaded anyway; the file's words import nothing."""
    found = getattr(sys.modules.get(module), name, None)
    if inspect.isclass(found) and issubclass(found, kind) and found.__module__ == module and name not in _CALLING:
        return (module, found)
    return None


@cache
def activations() -> frozenset[str]:
    """Return the names of Keras' activation functions."""
    return frozenset(name for name, found in vars(keras.activations).items() if inspect.isfunction(found)) - {
        "get",
        "serialize",
        "deserialize",
    }


def _parts(config: object) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield every dict in the configuration with the layer that it belongs to, for messages.

    What it says of training, such as the optimizer and a loss of the user's own, is left out: it is never read.
    """
    waiting: list[tuple[object, str]] = [(config, "The model")]
    while waiting:
        value, owner = waiting.pop()
        if isinstance(value, dict):
            owner = _owner(value) or owner
            yield value, owner
            waiting.extend((one, owner) for key, one in value.items() if key not in TRAINING_ONLY)
        elif isinstance(value, list):
            waiting.extend((one, owner) for one in value)


def _owner(part: dict[str, Any]) -> str | None:
    """Return how a message calls the layer of this part of the configuration, None where it is no layer."""
    inner = part.get("config")
    if "class_name" in part and isinstance(inner, dict) and isinstance(inner.get("name"), str):
        return f"Layer {inner['name'][:80]!r}"
    return None


def _unknown(name: str, owner: str) -> Refused:
    return Refused(
        "unknown-class",
        f"{owner} is of class {name[:120]!r}, which is not one of Keras' own, and its code is not in the file; "
        "save a Functional or Sequential model made of Keras layers.",
    )


def _unknown_function(name: str, owner: str) -> Refused:
    return Refused(
        "unknown-function",
        f"{owner} uses the function {name[:120]!r}, which is not one of Keras' own, and its code is not in the file; "
        "use an activation of Keras and save the model again.",
    )
