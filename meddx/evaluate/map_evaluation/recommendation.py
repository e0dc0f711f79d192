"""What is chosen on validation images: each method's threshold and scale, and the method to show first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from meddx.evaluate.map_evaluation.evaluator import RowResult
from meddx.evaluate.map_evaluation.localisation import THRESHOLD_SHARES
from meddx.explain.methods import METHODS

LONGEST_SECONDS = 3.0
"""Seconds for one image and every label that a reader may be kept waiting where nothing quicker will do."""
HIGHEST_SIMILARITY = 0.5
"""Rank correlation with the maps of a shuffled network from which a method is not recommended."""


def best_overlap_threshold(found: RowResult) -> float:
    """The share of a map's highest value with the highest mean overlap; the lowest such."""
    return THRESHOLD_SHARES[int(np.mean([one.overlap for one in found.localised], axis=0).argmax())]


def evidence_scale(found: RowResult, method: str) -> float | None:
    """99th percentile over images of the strongest evidence in any label's map; None for a relative method."""
    if METHODS[method].scale == "none" or not found.strongest:
        return None
    highest = float(np.percentile(found.strongest, 99))
    return highest if highest > 0 else None


@dataclass(frozen=True)
class Candidate:
    """A method as it did on validation images. value: of the measure that decides, low, high: its interval; seconds:
    for
    one image, every label; likeness: to the maps of shuffled networks, None if unmeasured."""

    name: str
    value: float
    low: float
    high: float
    seconds: float = 0.0
    likeness: float | None = None

    @property
    def follows(self) -> bool:
        """Whether its maps follow what the network learned, as far as that was measured."""
        return self.likeness is None or self.likeness < HIGHEST_SIMILARITY

    @property
    def scaled(self) -> bool:
        """Whether its maps end on a scale of their own, so that one may be empty."""
        return METHODS[self.name].scale != "none"

    @property
    def quick(self) -> bool:
        """Whether it comes with the answer."""
        return METHODS[self.name].quick


@dataclass(frozen=True)
class Recommendation:
    """The method to show first, and why in a few sentences. beats_baselines: whether its interval begins above them."""

    name: str
    why: str
    beats_baselines: bool


def recommend(candidates: Sequence[Candidate], measured: str, baselines: Mapping[str, float]) -> Recommendation:
    """The method to show first.

    It must follow what the network learned, have a fixed scale, and come with the answer; of those, the one whose
    interval begins highest, so that none is chosen for its luck on few images; the quicker of equal ones. A fixed
    scale,
    since only images with a finding are measured: on one without, a relative map still marks its highest place, which a
    reader cannot tell from evidence and no number here would show. Where none of these beats maps that saw no network,
    but one does that takes up to LONGEST, that one: a right map is worth the wait. Methods that measured clearly better
    are named.

    measured: what the deciding measure is, after "the best"; baselines: title -> its value.
    """
    baseline = max(baselines.values(), default=-1.0)
    scaled = [one for one in candidates if one.follows and one.scaled]
    quick = [one for one in scaled if one.quick]
    bearable = [one for one in scaled if one.seconds <= LONGEST_SECONDS and one.low > baseline]
    if quick and (not bearable or _best(quick).low > baseline):
        best, among = _best(quick), "Of the methods that come with the answer, have a fixed scale"
        among += " and follow what the network learned, "
    elif bearable:
        best, among = _best(bearable), "No method that comes with the answer is clearly better than maps that saw no"
        among += (
            f" network. Of those with a fixed scale that take up to {LONGEST_SECONDS:g} s and follow what it learned, "
        )
    else:
        best, among = _best(candidates), "No method measured comes in time, has a fixed scale and follows what the"
        among += " network learned. Of all, "
    why = f"{among}{METHODS[best.name].title} has the best {measured} on validation images: {best.value:z.2f}, at least"
    why += f" {best.low:z.2f} by its 95 % interval, the highest such bound.{_better(candidates, best)}"
    if baselines:
        why += " Maps that saw no network: "
        why += ", ".join(f"{title[0].lower()}{title[1:]} {value:z.2f}" for title, value in baselines.items()) + "."
    if best.low <= baseline:
        why += " It is not clearly better than these: its maps say little."
    return Recommendation(best.name, why, best.low > baseline)


def _best(candidates: Sequence[Candidate]) -> Candidate:
    return max(candidates, key=lambda one: (round(one.low, 3), -METHODS[one.name].passes))


def _better(candidates: Sequence[Candidate], best: Candidate) -> str:
    """What measured clearly better but is not shown first, by what hinders it."""
    better = [one for one in candidates if one.follows and one.low > best.high]
    hindered = {
        "marks some place on every image, also where there is nothing": [one for one in better if not one.scaled],
        "keeps a reader waiting": [one for one in better if one.scaled],
    }
    return "".join(
        f" To be chosen by hand, since it {hindrance}, measured better: "
        + ", ".join(f"{METHODS[one.name].title} ({one.value:z.2f}, at least {one.low:z.2f})" for one in named)
        + "."
        for hindrance, named in hindered.items()
        if named
    )
