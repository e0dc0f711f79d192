"""Choose the hardware of a training: several devices at once, and arithmetic in half precision."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, get_args

import keras
import tensorflow as tf

from meddx.errors import Refused

Precision = Literal["float32", "mixed_bfloat16", "mixed_float16"]
PRECISIONS: tuple[str, ...] = get_args(Precision)


@dataclass(frozen=True)
class Hardware:
    """The devices and the precision of a training.

    devices: GPUs (CPUs where there are none) that share each batch, every one with a copy of the network. precision:
    Keras' dtype policy; the mixed ones compute in 16 bits and keep weights in float32 (Micikevicius et al. 2018,
    arXiv:1710.03740), the last layer in float32 throughout.
    """

    devices: int = 1
    precision: Precision = "float32"

    def strategy(self) -> tf.distribute.Strategy:
        """Return the strategy that distributes batches and gradients over the devices.

        Raises Refused when there are too few.
        """
        if self.devices == 1:
            return tf.distribute.get_strategy()
        found = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
        if not 1 <= self.devices <= len(found):
            raise Refused(
                "no-such-device",
                f"{self.devices} devices were asked for, and TensorFlow sees {len(found)}; ask for no more.",
            )
        return tf.distribute.MirroredStrategy([device.name for device in found[: self.devices]])

    @contextmanager
    def in_precision(self) -> Iterator[None]:
        """Set the precision of layers created within the context."""
        before = keras.config.dtype_policy()
        keras.config.set_dtype_policy(self.precision)
        try:
            yield
        finally:
            keras.config.set_dtype_policy(before)
