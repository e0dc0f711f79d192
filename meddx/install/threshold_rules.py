"""Choose a label's threshold by a rule: highest Youden index, a least sensitivity or specificity, or lowest cost."""

import math
import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.evaluate.operating_point import YOUDEN, youden_threshold

_RULE = re.compile(r"(sensitivity|specificity)\s*(?:>=)?\s*(0?\.\d+|1(?:\.0)?)|cost\s*(\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class ThresholdRule:
    """A rule to choose thresholds by.

    value: the least sensitivity or specificity, or how many false alarms a missed case costs; unused by "youden".
    """

    kind: Literal["youden", "sensitivity", "specificity", "cost"]
    value: float = 0.0

    def __post_init__(self) -> None:
        """Raise Refused for a value that no threshold can keep to."""
        if self.kind == "cost" and not 0 < self.value < math.inf:
            raise Refused("threshold-rule", "The cost of a missed case must be above 0 false alarms; write cost 5.")
        if self.kind in ("sensitivity", "specificity") and not 0 <= self.value <= 1:
            raise Refused("threshold-rule", f"A {self.kind} lies between 0 and 1; write {self.kind} 0.95.")

    @property
    def text(self) -> str:
        """Return the rule in one phrase, as a card states it."""
        if self.kind == "youden":
            return YOUDEN
        if self.kind == "cost":
            return f"lowest cost where a missed case costs {self.value:g} false alarms"
        other = "specificity" if self.kind == "sensitivity" else "sensitivity"
        return f"highest {other} at a {self.kind} of at least {self.value:g}"

    def threshold(self, scores: NDArray[np.floating], positive: NDArray[np.bool_]) -> float | None:
        """Return the threshold in [0, 1] that the rule chooses; called at or above it.

        None where no threshold keeps the least specificity, since scores of 1 are called at any. scores: (n,) in
        [0, 1]; positive: (n,), of both kinds. Thresholds lie in the middle between two scores.
        """
        if self.kind == "youden":
            return youden_threshold(scores, positive)
        levels = np.unique(scores)
        above = min(1.0, np.nextafter(levels[-1], 2.0))
        candidates = np.concatenate([levels[:1], (levels[1:] + levels[:-1]) / 2, [above]])
        missed = np.searchsorted(np.sort(scores[positive]), candidates)
        rejected = np.searchsorted(np.sort(scores[~positive]), candidates)
        sensitivity, specificity = 1 - missed / positive.sum(), rejected / (~positive).sum()
        if self.kind == "sensitivity":  # falls with the threshold: the last that keeps it
            return float(candidates[np.flatnonzero(sensitivity >= self.value - 1e-12)[-1]])
        if self.kind == "specificity":  # rises with it: the first
            enough = np.flatnonzero(specificity >= self.value - 1e-12)
            return float(candidates[enough[0]]) if len(enough) else None
        cost = self.value * missed + ((~positive).sum() - rejected)
        best = candidates[cost == cost.min()]
        return float(best[np.argmin(abs(best - 0.5))])


YOUDEN_RULE = ThresholdRule("youden")


def parse_threshold_rule(text: str) -> ThresholdRule:
    """Return the rule that a person writes: "youden", "sensitivity 0.95", "specificity>=0.9" or "cost 5".

    Raises Refused for anything else.
    """
    plain = text.strip().casefold()
    if plain == "youden":
        return YOUDEN_RULE
    match = _RULE.fullmatch(plain)
    if match is None:
        raise Refused(
            "threshold-rule",
            f"{text!r:.60} is no rule for thresholds; write youden, sensitivity 0.95, specificity 0.9 or cost 5.",
        )
    if match[3]:
        return ThresholdRule("cost", float(match[3]))
    return ThresholdRule("sensitivity" if match[1] == "sensitivity" else "specificity", float(match[2]))
