"""Refuse a network whose configuration states more weights than its file holds, before Keras makes room for them."""

import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import keras

from meddx.errors import Refused

MOST_WEIGHTS = 2**29
"""Numbers in a network; 2 GiB in float32, as large as a file may be."""

_building = threading.Lock()
_limit = threading.local()


@contextmanager
def limited_weights(most: int, held: str) -> Iterator[None]:
    """Refuse, while this thread builds layers, the layer that would bring their weights above `most` numbers.

    held: what they are held against and what to do, "the file holds 3,585; save it again". Keras allocates a weight
    where its layer is built, by the shape that follows from the configuration alone, and reads the file's own only
    afterwards. Raises Refused ("too-many-weights") naming the layer, whatever Keras makes of it.
    """
    with _building:
        given = keras.layers.Layer.add_weight
        refusal: list[Refused] = []
        _limit.left = most

        def add_weight(
            layer: keras.layers.Layer, shape: Sequence[int] | int | None = None, *rest: object, **how: object
        ) -> keras.Variable:
            if (left := getattr(_limit, "left", None)) is not None:  # this thread, and no other that builds a network
                numbers = math.prod(shape if isinstance(shape, Sequence) else (shape or 1,))
                if numbers > left:
                    refusal.append(_too_many(layer.name, most - left + numbers, held))
                    raise refusal[0]
                _limit.left = left - numbers
            return given(layer, shape, *rest, **how)

        keras.layers.Layer.add_weight = add_weight
        try:
            yield
        except Exception as error:
            if refusal and error is not refusal[0]:  # Keras wraps what it meets in errors of its own
                raise refusal[0] from error
            raise
        finally:
            keras.layers.Layer.add_weight = given
            del _limit.left


def _too_many(layer: str, numbers: int, held: str) -> Refused:
    return Refused(
        "too-many-weights",
        f"With layer {layer[:80]!r} the configuration states {numbers:,} weights ({4 * numbers / 2**30:.1f} GiB): "
        f"{held}.",
    )
