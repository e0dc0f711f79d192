"""Replace in a configuration what only Keras 2 wrote: arithmetic on tensors, slashes in names, its count of calls.

Keras 2 keeps `x / 127.5 - 1` or `preprocess_input(x)` inside a model as layers TFOpLambda and SlicingOpLambda, which
name a function of TensorFlow. Scalings by numbers and the reversal of channels become layers of Keras 3; any other
function is left, to be refused by name.
"""

from collections.abc import Callable
from typing import Any

Layer = dict[str, Any]

_SCALINGS: dict[str, Callable[[Any], tuple[Any, Any]]] = {
    "truediv": lambda by: (_each(by, lambda one: 1.0 / one), 0.0),
    "divide": lambda by: (_each(by, lambda one: 1.0 / one), 0.0),
    "multiply": lambda by: (by, 0.0),
    "mul": lambda by: (by, 0.0),
    "subtract": lambda by: (1.0, _each(by, lambda one: -one)),
    "sub": lambda by: (1.0, _each(by, lambda one: -one)),
    "add": lambda by: (1.0, by),
    "bias_add": lambda by: (1.0, by),
    "cast": lambda _: (1.0, 0.0),
}
"""Factor and offset by the function's last name, of the number or list of numbers that it takes beside the image."""
_NETWORKS = ("Functional", "Model", "Sequential")
_PLAIN = {"registered_name": None}
_REVERSAL = [{"class_name": "__ellipsis__"}, {"start": None, "stop": None, "step": -1}]


def without_keras2(config: dict[str, Any]) -> dict[str, Any]:
    """Return the configuration with layers of Keras 3 in place of what Keras 3 does not know."""
    slashed = {name: name.replace("/", "_") for name in _names(config) if "/" in name}
    renewed: dict[str, Any] = _renewed(config, slashed)
    return renewed


def _renewed(value: Any, slashed: dict[str, str]) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        return slashed.get(value, value)
    if isinstance(value, list):
        return [_renewed(one, slashed) for one in value]
    if not isinstance(value, dict):
        return value
    layer = {key: _renewed(one, slashed) for key, one in value.items()}
    if layer.get("class_name") in ("TFOpLambda", "SlicingOpLambda"):
        try:
            return _arithmetic(layer)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError, ZeroDivisionError):
            return layer  # not the arithmetic that is known: it is refused by its name
    config = layer.get("config")
    if "class_name" in layer and isinstance(config, dict) and isinstance(config.get("layers"), list):
        _add_input(config)
        _recount(config)
    return layer


def _add_input(config: Layer) -> None:
    """Put the input layer before a Sequential's first layer, which states it in older files."""
    first = config["layers"][0] if config["layers"] else None
    if not isinstance(first, dict) or "inbound_nodes" in first or first.get("class_name") == "InputLayer":
        return
    inner = first.get("config")
    if isinstance(inner, dict) and (shape := inner.get("batch_input_shape")) is not None:
        source = {"name": f"{inner['name']}_input", "batch_input_shape": shape, "dtype": "float32"}
        config["layers"].insert(0, {"module": "keras.layers", "class_name": "InputLayer", "config": source} | _PLAIN)


def _recount(config: Layer) -> None:
    """Number the calls of inner networks from 0: Keras 2 counts how they were built as their first."""
    networks = {
        layer["name"]: layer["class_name"]
        for layer in config["layers"]
        if isinstance(layer, dict) and layer.get("class_name") in _NETWORKS and isinstance(layer.get("name"), str)
    }
    nodes = [node for layer in config["layers"] if isinstance(layer, dict) for node in layer.get("inbound_nodes") or ()]
    sources = [
        source
        for node in nodes
        if isinstance(node, list)
        for source in node
        if isinstance(source, list) and len(source) > 2
    ]
    for name, kind in networks.items():
        taken = [source for source in sources if source[0] == name]
        given = [
            source for source in config.get("output_layers") or () if isinstance(source, list) and source[0] == name
        ]
        if kind == "Sequential":  # of other networks Keras 3 itself counts outputs as Keras 2 did
            taken += given
        if taken and all(isinstance(source[1], int) and source[1] > 0 for source in taken):
            for source in taken:
                source[1] -= 1


def _arithmetic(layer: Layer) -> Layer:
    """Return the layer of Keras 3 for one of arithmetic. Raises KeyError and the like for any other."""
    name, function = layer["config"]["name"], layer["config"]["function"].split(".")[-1]
    (node,) = layer["inbound_nodes"]
    source, index, output, given = node if isinstance(node[0], str) else node[0]
    if function == "getitem":
        if given["slice_spec"] != _REVERSAL:
            raise ValueError(function)
        return _reversal(name, [source, index, output])
    numbers = [value for key, value in given.items() if key in ("y", "x", "bias", "value") and value is not None]
    if len(numbers) != (function != "cast"):
        raise ValueError(function)
    scale, offset = _SCALINGS[function](numbers[0] if numbers else None)
    return {
        "module": "keras.layers",
        "class_name": "Rescaling",
        "config": {"name": name, "trainable": True, "dtype": "float32", "scale": scale, "offset": offset},
        "registered_name": None,
        "name": name,
        "inbound_nodes": [[[source, index, output, {}]]],
    }


def _reversal(name: str, history: list[Any]) -> Layer:
    """Return the operation x[:, :, :, ::-1]."""
    whole = {"class_name": "__slice__", "config": {"start": None, "stop": None, "step": None}}
    backwards = {"class_name": "__slice__", "config": {"start": None, "stop": None, "step": -1}}
    image = {"shape": [None, None, None, 3], "dtype": "float32", "keras_history": history}
    tensor = {"class_name": "__keras_tensor__", "config": image}
    return {
        "module": "keras.src.ops.numpy",
        "class_name": "GetItem",
        "config": {"name": name},
        "registered_name": "GetItem",
        "name": name,
        "inbound_nodes": [{"args": [tensor, [whole, whole, whole, backwards]], "kwargs": {}}],
    }


def _each(value: Any, change: Callable[[float], float]) -> Any:  # noqa: ANN401 - a number or a list of numbers
    return [change(one) for one in value] if isinstance(value, list) else change(value)


def _names(value: object) -> set[str]:
    """Return the names of the layers in a configuration."""
    if isinstance(value, list):
        return {name for one in value for name in _names(one)}
    if not isinstance(value, dict):
        return set()
    own = {value["name"]} if "class_name" in value and isinstance(value.get("name"), str) else set()
    config = value.get("config")
    if "class_name" in value and isinstance(config, dict) and isinstance(config.get("name"), str):
        own.add(config["name"])
    return own.union(*(_names(one) for one in value.values()))
