"""Measure how much of what tells images with and without a label apart lies in one region of the frame.

The region of an image is replaced by that of another image with the same label, and by that of one with another. Both
leave the same seams; they differ in what the region says about the label. Over the whole frame that difference is all
that the score has, so a region's share of it is a fraction.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.shortcuts.regions import Region

Scores = Callable[[NDArray[np.float32]], NDArray[np.float64]]
"""Network inputs (n, height, width, channels) -> log-odds (n, labels)."""
AT_ONCE = 256
"""Network inputs in memory together."""


@dataclass(frozen=True)
class Donors:
    """Images (`of`), each with another of the same labels (`alike`) and one of other labels (`unlike`); rows, (k,)."""

    of: NDArray[np.intp]
    alike: NDArray[np.intp]
    unlike: NDArray[np.intp]


def draw_donors(
    targets: NDArray[np.bool_], patients: NDArray[np.intp], times: int, chance: np.random.Generator
) -> Donors:
    """Return donors at random, `times` for every image, of another patient where there is one.

    Each image is taken about equally often. targets: bool (n, labels); patients: (n,).
    """
    taken = np.zeros((2, len(targets)))
    chosen: list[list[int]] = []
    for row in np.concatenate([chance.permutation(len(targets)) for _ in range(times)]):
        same = (targets == targets[row]).all(axis=1)
        other = patients != patients[row]
        trio = [int(row)]
        for sort, pools in enumerate(((same & other, same), (~same & other, ~same))):
            rows = np.flatnonzero(next((one for one in pools if one.any()), np.arange(len(targets)) == row))
            trio.append(int(rows[np.argmin(taken[sort, rows] + chance.random(len(rows)))]))
            taken[sort, trio[-1]] += 1
        chosen.append(trio)
    return Donors(*np.array(chosen, np.intp).T)


def transplanted(
    scores: Scores, inputs: NDArray[np.float32], of: NDArray[np.intp], donors: NDArray[np.intp], region: Region
) -> NDArray[np.float64]:
    """Return the log-odds (k, labels) of the images `of` whose region comes from `donors`, both rows of `inputs`."""
    mask = region.mask(*inputs.shape[1:3])[np.newaxis, :, :, np.newaxis]
    parts = [slice(start, start + AT_ONCE) for start in range(0, len(of), AT_ONCE)]
    return np.concatenate([scores(np.where(mask, inputs[donors[part]], inputs[of[part]])) for part in parts])
