"""A network in double precision, where two ways to one gradient do not part at the bend of a unit."""

import keras


def in_double(network):
    """A copy that computes in float64, with the same weights."""
    copy = keras.Model.from_config(_replaced(network.get_config()))
    copy.set_weights(network.get_weights())
    assert {tensor.dtype for tensor in [*copy.weights, *copy.outputs]} == {"float64"}
    return copy


def _replaced(config):
    if isinstance(config, dict):
        return {name: _replaced(value) for name, value in config.items()}
    if isinstance(config, list | tuple):
        return type(config)(map(_replaced, config))
    return "float64" if config == "float32" else config
