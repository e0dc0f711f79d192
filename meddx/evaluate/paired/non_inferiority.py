"""Is one system not worse than another by more than a margin that the user sets?"""

import math
from dataclasses import dataclass

from meddx.errors import Refused
from meddx.evaluate.paired.difference import PairedDifference


@dataclass(frozen=True)
class NonInferiority:
    """shown: whether the whole 95 % interval of the gain lies above -margin, a one-sided test at 2.5 %.

    a, b: `a` is asked about, `b` is what it is held against; lowest: lower limit of the gain of `a`.
    """

    a: str
    b: str
    margin: float
    lowest: float
    shown: bool


def non_inferiority(difference: PairedDifference, margin: float) -> tuple[NonInferiority, NonInferiority]:
    """For `a` against `b`, and the other way round. margin: in the metric's units, > 0, set before looking.

    The interval's rule, as in the CONSORT extension (Piaggio et al. 2012, JAMA 308:2594). Raises Refused for a margin
    that is not above 0.
    """
    if not (margin > 0 and math.isfinite(margin)):
        raise Refused("margin", "The non-inferiority margin must be above 0, in the units of the metric.")
    _, low, high = difference.gain
    return (
        NonInferiority(difference.a, difference.b, margin, low, low > -margin),
        NonInferiority(difference.b, difference.a, margin, -high, -high > -margin),
    )
