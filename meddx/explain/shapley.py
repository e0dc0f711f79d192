"""Share out what a set of players is worth: exact Shapley values, and from sampled orders.

Shapley 1953, "A value for n-person games"; sampled orders as in Castro, Gomez and Tejada 2009, Computers and Operations
Research 36, 1726. Coalitions are numbers: bit i is set where player i takes part.
"""

from collections.abc import Callable
from math import factorial

import numpy as np
from numpy.typing import NDArray

Worth = NDArray[np.float64]
"""What coalitions are worth, (coalitions, ...)."""


def coalition_weight(size: int, players: int) -> float:
    """Return how often, of all orders of `players`, exactly `size` given others come before a given one."""
    return factorial(size) * factorial(players - size - 1) / factorial(players)


def shapley_values(worth: Worth) -> Worth:
    """Return the exact value of each player, (players, ...).

    worth: (2 ** players, ...), of every coalition in the order of their numbers. The values add up to what all players
    are worth together less what none is.
    """
    players = len(worth).bit_length() - 1
    values = np.zeros((players, *worth.shape[1:]))
    for player in range(players):
        for coalition in range(len(worth)):
            if not coalition >> player & 1:
                gain = worth[coalition | 1 << player] - worth[coalition]
                values[player] += coalition_weight(coalition.bit_count(), players) * gain
    return values


def sampled_values(
    worth_of: Callable[[NDArray[np.bool_]], Worth], players: int, orders: int, random: np.random.Generator
) -> Worth:
    """Return the value of each player over random orders of them, (players, ...).

    worth_of: bool (coalitions, players) -> worth. Every order is followed by its reverse. The values add up as
    the exact ones do.
    """
    values = None
    for _ in range(orders):
        forward = random.permutation(players)
        for order in (forward, forward[::-1]):
            members = np.zeros((players + 1, players), np.bool_)
            for step, player in enumerate(order, start=1):
                members[step:, player] = True
            gains = np.diff(worth_of(members), axis=0)
            values = np.zeros_like(gains) if values is None else values
            values[order] += gains
    assert values is not None  # orders >= 1
    return np.asarray(values / (2 * orders))


def every_coalition(players: int) -> NDArray[np.bool_]:
    """Return which players take part in each coalition, bool (2 ** players, players), in the order of their numbers."""
    numbers = np.arange(2**players)[:, np.newaxis]
    return np.asarray((numbers >> np.arange(players)) & 1, np.bool_)
