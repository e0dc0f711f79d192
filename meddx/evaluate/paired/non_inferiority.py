"""Test whether one system is non-inferior to another within a margin set by the user."""

import math
from dataclasses import dataclass

from meddx.errors import Refused
from meddx.evaluate.minima import FEWEST_FOR_VERDICT
from meddx.evaluate.paired.difference import PairedDifference


@dataclass(frozen=True)
class NonInferiority:
    """A verdict on the non-inferiority of `a` to `b`.

    shown: whether the whole 95 % interval of the gain lies above -margin, a one-sided test at 2.5 %. a: the system
    tested; b: its comparator; lowest: lower limit of the gain of `a`. not_assessable: a clause on why the cases allow
    no verdict, and shown is then False; empty where they do.
    """

    a: str
    b: str
    margin: float
    lowest: float
    shown: bool
    not_assessable: str = ""

    @property
    def assessable(self) -> bool:
        """Return whether the cases allow a verdict."""
        return not self.not_assessable


def non_inferiority(difference: PairedDifference, margin: float) -> tuple[NonInferiority, NonInferiority]:
    """Return the verdicts for `a` against `b`, and for `b` against `a`.

    margin: in the metric's units, > 0, set in advance. The interval decides, as in the CONSORT extension (Piaggio et
    al. 2012, JAMA 308:2594). No verdict where fewer than FEWEST_FOR_VERDICT patients of a kind were counted or the
    cases allow no interval. Raises Refused for a margin that is not above 0.
    """
    if not (margin > 0 and math.isfinite(margin)):
        raise Refused("margin", "The non-inferiority margin must be above 0, in the units of the metric.")
    why = _not_assessable(difference)
    _, low, high = difference.gain
    return (
        NonInferiority(difference.a, difference.b, margin, low, not why and low > -margin, why),
        NonInferiority(difference.b, difference.a, margin, -high, not why and -high > -margin, why),
    )


def _not_assessable(difference: PairedDifference) -> str:
    if difference.fewest < FEWEST_FOR_VERDICT:
        return (
            f"only {difference.fewest} patients of the rarest kind were counted, and fewer than "
            f"{FEWEST_FOR_VERDICT} allow no verdict, whatever they show"
        )
    if not difference.defined:
        return "these cases do not allow an interval for the difference"
    return ""
