"""Compile a Keras network as a function of arrays, by TensorFlow."""

from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

CompiledPass = Callable[..., tuple[NDArray[np.float32], ...]]
"""A network's inputs, float32 (n, ...) each, any n >= 1 -> its outputs, likewise. Safe to call from many threads."""
Compile = Callable[[keras.Model], CompiledPass]
"""Network with several outputs -> its forward pass."""


def compiled(network: keras.Model) -> CompiledPass:
    """Return the forward pass of a network with several outputs."""
    single = len(network.inputs) == 1
    return compiled_function(
        lambda *inputs: network(inputs[0] if single else list(inputs), training=False), network.inputs
    )


def compiled_function(compute: Callable[..., Sequence[tf.Tensor]], inputs: Sequence[keras.KerasTensor]) -> CompiledPass:
    """Return a computation on tensors of these inputs as one of arrays.

    Compiled once, for any batch size: passes compiled for one size each were no faster. Without XLA, which on two
    cores was slower for plain convolutions (16 against 12 ms) and far slower for depthwise ones (219 against 25 ms).
    """
    run = tf.function(compute).get_concrete_function(*(tf.TensorSpec(one.shape, tf.float32) for one in inputs))
    return lambda *given: tuple(output.numpy() for output in run(*map(tf.constant, given)))
