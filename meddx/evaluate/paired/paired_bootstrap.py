"""Test the difference of two systems in any metric by a paired bootstrap over patients."""

from collections.abc import Callable, Iterable

import numpy as np
from scipy.stats import t as student

from meddx.evaluate.arrays import Floats
from meddx.evaluate.paired.difference import PairedTest
from meddx.evaluate.paired.weighted_metrics import Scored


def resampled_difference(
    metric: Callable[[Scored, Floats], Floats],
    both: tuple[Scored, Scored],
    weights: Iterable[Floats],
    patients: int,
    deciding: int | None = None,
) -> PairedTest:
    """Return the paired bootstrap test of the difference in a metric, both systems on the same resamples.

    metric: function of (scored, weights); weights: blocks (rows, n) of resamples, which are asked for one by one, since
    a metric takes several times their memory; patients: number of patients. deciding: number of
    patients in whom the two systems differ, None if all can: they alone make the spread, so Student's t has their
    degrees of freedom. With those of all patients the interval is too narrow near 1, where few are wrong.

    Student's t with the bootstrap's standard error (Efron and Tibshirani 1993, ch. 12.2 and 13.3), which lacks the
    factor K / (K - 1) of K patients. Unlike with percentiles, interval and p-value then say the same, and small
    p-values do not end at 1 / resamples, which Holm's correction needs. NaN where more than half of the resamples
    leave the metric undefined; NaN limits where all give the same.
    """
    blocks, n = [], 0
    for block in weights:
        blocks.append(metric(both[0], block) - metric(both[1], block))
        n = block.shape[1]
    drawn = np.concatenate(blocks)
    resamples, drawn = len(drawn), drawn[np.isfinite(drawn)]
    first, second = (float(metric(one, np.ones((1, n)))[0]) for one in both)
    difference = first - second
    test = f"paired bootstrap{'' if patients == n else ' over patients'}, {resamples} resamples"
    if len(drawn) < resamples / 2 or not np.isfinite(difference):
        return PairedTest(first, second, float("nan"), float("nan"), float("nan"), test, n)
    error = float(drawn.std(ddof=1)) * (patients / max(patients - 1, 1)) ** 0.5
    if error == 0:
        return PairedTest(first, second, float("nan"), float("nan"), 1.0 if difference == 0 else float("nan"), test, n)
    freedom = max(1, (patients if deciding is None else deciding) - 1)
    p = float(2 * student.sf(abs(difference) / error, freedom))
    reach = float(student.ppf(0.975, freedom)) * error
    return PairedTest(first, second, difference - reach, difference + reach, p, test, n)
