"""Compute the mean of a measure over maps, with an interval that treats the maps of a patient as related."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.influence_functions import by_patient, mean_with_influences, spread
from meddx.evaluate.intervals import Interval, wilson


def mean_over_maps(values: NDArray[np.floating], patients: Sequence[str], low: float = 0.0) -> Interval:
    """Return the mean of (n,) values in [low, 1] of patients (n,), n > 0, with its 95 % interval.

    Wilson's score interval, which needs only that a mean of values between two limits varies less the nearer it comes
    to one: its n is the number of independent yes-or-no answers that would vary as much as the patients' sums do
    (effective number, Kish 1965), and never as if related maps told more than unrelated ones. At a limit, n is the
    number of patients.
    """
    share = (np.asarray(values, np.float64) - low) / (1 - low)
    _, member = np.unique(np.asarray(patients), return_inverse=True)
    number = int(member.max()) + 1
    value, influence = mean_with_influences(share)
    found = spread(by_patient(influence / len(share), np.asarray(member, np.int64), number))
    variance = max(found.variance, float(share.var()) / len(share)) if number > 1 else math.nan
    known = 0 < value < 1 and variance > 0
    effective = value * (1 - value) / variance if known else number
    of = wilson(value * effective, effective, found.freedom if known else math.inf)
    at, start, end = (low + (1 - low) * one for one in (of.value, of.low, of.high))
    return Interval(at, start, end, f"Wilson score over {number} patients")
