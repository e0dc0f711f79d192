"""Find the last feature map of a network before it is pooled or flattened."""

import keras

from meddx.model.importing.flat_network import Call, FlatGraph

_PASSING = (
    keras.layers.MaxPooling2D,
    keras.layers.AveragePooling2D,
    keras.layers.Dropout,
    keras.layers.SpatialDropout2D,
    keras.layers.GaussianNoise,
    keras.layers.GaussianDropout,
    keras.layers.AlphaDropout,
    keras.layers.Identity,
    keras.layers.ZeroPadding2D,
    keras.layers.Cropping2D,
    keras.layers.Reshape,
    keras.layers.ActivityRegularization,
)
"""Layers whose output is the map before them, smaller, framed or unchanged."""


def find_explained(graph: FlatGraph, head: str) -> tuple[Call | None, tuple[str, ...]]:
    """Return the layer whose output is the last map that an output depends on, and notes for the reader.

    A map has rows and columns, more than one place, and something learned before it; None where there is none. Where
    branches meet only after they were pooled, the map with the most channels is taken.
    """
    calls = graph.before(graph.outputs[head])
    learned: set[int] = set()
    covered: dict[int, set[int]] = {}  # by tensor: the maps it depends on
    maps: dict[int, Call] = {}
    for call in calls:
        above = set().union(*(covered.get(id(one), set()) for one in call.inputs))
        if getattr(call.layer, "trainable_weights", ()) or any(id(one) in learned for one in call.inputs):
            learned.update(id(output) for output in call.outputs)
            if _is_map(call):
                maps[id(call)] = call
                above = above | {id(call)}
        for output in call.outputs:
            covered[id(output)] = above
    superseded = set().union(*(covered[id(call.outputs[0])] - {id(call)} for call in maps.values())) if maps else set()
    last = [call for key, call in maps.items() if key not in superseded]
    if not last:
        return None, ()
    chosen = max(last, key=lambda call: int(call.outputs[0].shape[-1]))
    others = [repr(call.layer.name) for call in last if call is not chosen]
    if not others:
        return chosen, ()
    return chosen, (
        f"Several branches meet after pooling: heat maps show the one that ends in {chosen.layer.name!r}, "
        f"not {' or '.join(others)}.",
    )


def _is_map(call: Call) -> bool:
    if isinstance(call.layer, _PASSING) or len(call.outputs) != 1 or not isinstance(call.layer, keras.layers.Layer):
        return False
    shape = call.outputs[0].shape
    return len(shape) == 4 and None not in shape[1:] and shape[1] * shape[2] > 1
