"""Rewrite a model's configuration as this version of Keras reads it, in float32 and without what training needs."""

from typing import Any

from meddx.model.importing.allowed_classes import COMPILE_CONFIG, operation, resolved

Json = Any
"""A value as the json module reads it."""

_TRAINING_ONLY = (COMPILE_CONFIG, "kernel_regularizer", "bias_regularizer", "activity_regularizer")
OPERATION = "keras.ops:"
"""Before the class name of an operation in an HDF5 file, where Keras looks layers up by their class name alone."""
_OF_APPLICATIONS = ("LayerScale", "CustomScaleLayer", "StochasticDepth")
"""Layers of keras.applications that Keras does not find in HDF5 files that it wrote itself."""


def current_config(config: dict[str, Any], legacy: bool) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return a copy of a checked configuration for Keras to read, and notes for the reader.

    legacy: of an HDF5 file, which names no modules. Mixed and half precision become float32, with the same weights.
    """
    precisions: set[str] = set()
    current = _rewritten(config, legacy, precisions)
    if not precisions:
        return current, ()
    named = sorted(precisions, key=lambda name: (not name.startswith("mixed"), name))[0]
    return current, (f"Its layers compute in {named}; here they compute in float32, with the same weights.",)


def _rewritten(value: Json, legacy: bool, precisions: set[str]) -> Json:
    if isinstance(value, list):
        return [_rewritten(one, legacy, precisions) for one in value]
    if not isinstance(value, dict):
        return value
    part = {key: _rewritten(one, legacy, precisions) for key, one in value.items() if key not in _TRAINING_ONLY}
    if "dtype" in part:
        part["dtype"] = _float32(part["dtype"], precisions)
    if isinstance(part.get("class_name"), str) and isinstance(part.get("config"), dict):
        _make_current(part, legacy)
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


def _make_current(part: dict[str, Any], legacy: bool) -> None:
    """Rename what older versions of Keras wrote otherwise, in place."""
    name, inner = part["class_name"], part["config"]
    if "batch_input_shape" in inner and name == "InputLayer":
        inner["batch_shape"] = inner.pop("batch_input_shape")
    if name == "DepthwiseConv2D" and inner.get("groups") == 1:
        del inner["groups"]  # written by Keras 2, refused by Keras 3
    if legacy:
        # A layer always has a trainable, an operation never; some have the same class name, such as Add.
        nameless = "trainable" not in inner and "layers" not in inner and operation(name) is not None
        if nameless or name in _OF_APPLICATIONS:
            part["class_name"] = OPERATION + name
        return
    found = resolved(name, part.get("module"))
    if found is not None:
        part["module"], part["class_name"] = found[0], found[1].__name__


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
