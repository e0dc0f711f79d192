"""How far two float32 computations of the same numbers may lie apart, from the arithmetic and not from one processor.

Processors add in different orders, and some round a product and a sum once (FMA) where others round twice. The
rounding errors of a sum of n products then behave like a random walk: relative to the magnitudes added they stay below
LAMBDA * sqrt(n) * u, but for a probability of 2 exp(-LAMBDA^2 / 2) (Higham and Mary 2019, SIAM J. Sci. Comput.
41:A2815, theorem 3.1). Two computations may err by that much each, in opposite directions.
"""

import numpy as np

UNIT_ROUNDOFF = float(np.finfo(np.float32).eps) / 2
LAMBDA = 6


def rounding(terms, magnitude=1.0):
    """How far two float32 sums of so many products may lie apart. magnitude: of what is added, in all."""
    return 2 * LAMBDA * np.sqrt(terms) * UNIT_ROUNDOFF * magnitude


def products(network):
    """The number of products on the longest way through a network and back.

    Counted are the summands of every layer's outputs and of the gradient at its inputs.
    """
    total = 1
    for layer in network.layers:
        shapes = [weight.shape for weight in layer.trainable_weights if len(weight.shape) > 1]
        total += sum(int(np.prod(shape)) * (1 / shape[-1] + 1 / shape[-2]) for shape in shapes)
        if not shapes and len(layer.output.shape) == 2:  # pooling: every position is a summand
            total += int(np.prod(layer.input.shape[1:-1]))
    return total


def assert_rounds_alike(found, expected, terms, magnitude=None):
    """Fail unless both are the same numbers but for float32 rounding.

    terms: number of products behind each number, see `products`. magnitude: of what was added; the largest number of
    both where nothing is said.
    """
    found, expected = np.asarray(found, np.float64), np.asarray(expected, np.float64)
    if magnitude is None:
        magnitude = max(np.abs(found).max(), np.abs(expected).max())
    np.testing.assert_allclose(found, expected, rtol=0, atol=rounding(terms, magnitude))
