"""Rewrite a model's configuration as this version of Keras reads it, in float32 and without what training needs."""

import inspect
from functools import cache
from typing import Any

from meddx.model.importing.allowed_classes import TRAINING_ONLY, operation, resolved

Json = Any
"""A value as the json module reads it."""

OPERATION = "keras.ops:"
"""Before the class name of an operation in an HDF5 file, where Keras looks layers up by their class name alone."""
_OF_APPLICATIONS = ("LayerScale", "CustomScaleLayer", "StochasticDepth")
"""Layers of keras.applications that Keras does not find in HDF5 files that it wrote itself."""


def current_config(config: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return a copy of a checked configuration for Keras to read, and notes for the reader.

    Mixed and half precision become float32, with the same weights.
    """
    precisions: set[str] = set()
    current = _rewritten(config, precisions)
    if not precisions:
        return current, ()
    named = sorted(precisions, key=lambda name: (not name.startswith("mixed"), name))[0]
    return current, (f"Its layers compute in {named}; here they compute in float32, with the same weights.",)


def _rewritten(value: Json, precisions: set[str]) -> Json:
    if isinstance(value, list):
        return [_rewritten(one, precisions) for one in value]
    if not isinstance(value, dict):
        return value
    part = {key: _rewritten(one, precisions) for key, one in value.items() if key not in TRAINING_ONLY}
    if "dtype" in part:
        part["dtype"] = _float32(part["dtype"], precisions)
    if isinstance(part.get("class_name"), str) and isinstance(part.get("config"), dict):
        _make_current(part)
    return part


def _float32(policy: object, precisions: set[str]) -> object:
    """Return the type or policy with any floating type replaced by float32."""
    if isinstance(policy, dict) and isinstance(policy.get("config"), dict) and "name" in policy["config"]:
        name = _float32(policy["config"]["name"], precisions)
        return {**policy, "config": {**policy["config"], "name": name}}
    if policy in ("mixed_float16", "mixed_bfloat16", "float16", "bfloat16", "float64"):
        precisions.add(str(policy))
        return "float32"
    return policy


def _make_current(part: dict[str, Any]) -> None:
    """Rename what older versions of Keras wrote otherwise, in place."""
    name, inner = part["class_name"], part["config"]
    shape = inner.pop("batch_input_shape", None)  # Keras 2, of the first layer of a Sequential as well
    if name == "InputLayer" and shape is not None:
        inner["batch_shape"] = shape
    axis = inner.get("axis")
    if name == "BatchNormalization" and isinstance(axis, list) and len(axis) == 1:
        inner["axis"] = axis[0]
    if "module" in part:
        found = resolved(name, part["module"])
        if found is not None:
            part["module"], part["class_name"] = found[0], found[1].__name__
            _drop_neutral(inner, found[1])
    # In an HDF5 file, which names no modules: a layer always has a trainable, an operation never; some have one name.
    elif name in _OF_APPLICATIONS or (
        "trainable" not in inner and "layers" not in inner and operation(name) is not None
    ):
        part["class_name"] = OPERATION + name
    elif (found := resolved(name, None)) is not None:
        _drop_neutral(inner, found[1])


def _drop_neutral(settings: dict[str, Any], kind: type) -> None:
    """Drop settings that a class no longer knows where they change no answer, such as groups = 1."""
    for key in set(settings) - _settings(kind):
        starts_training = key.endswith(("_initializer", "_constraint", "_regularizer")) or key == "rng_type"
        if starts_training or settings[key] in (None, False, 1, "channels_last"):
            del settings[key]


@cache
def _settings(kind: type) -> frozenset[str]:
    """Return the arguments that a class and those it is derived from take, and what Keras writes beside them."""
    taken = (inspect.signature(vars(one)["__init__"]).parameters for one in kind.__mro__ if "__init__" in vars(one))
    return frozenset(name for one in taken for name in one) | {"name", "layers", "build_input_shape", "batch_shape"}


def legacy_objects(config: object) -> dict[str, type]:
    """Return the classes that a current configuration of an HDF5 file names with OPERATION, by that name."""
    if isinstance(config, list):
        return {name: kind for one in config for name, kind in legacy_objects(one).items()}
    if not isinstance(config, dict):
        return {}
    objects = {name: kind for one in config.values() for name, kind in legacy_objects(one).items()}
    name = config.get("class_name")
    if isinstance(name, str) and name.startswith(OPERATION):
        found = operation(name.removeprefix(OPERATION))
        if found is not None:
            objects[name] = found[1]
    return objects
