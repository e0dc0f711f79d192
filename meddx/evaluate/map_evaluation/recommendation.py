"""Choose each method's threshold and scale, and the default method, on validation images."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from meddx.evaluate.map_evaluation.evaluator import RowResult
from meddx.evaluate.map_evaluation.localisation import THRESHOLD_SHARES
from meddx.explain.methods import METHODS

LONGEST_SECONDS = 3.0
"""Longest time in seconds for one image and all labels that a default method may take where no fast one will do."""
HIGHEST_SIMILARITY = 0.5
"""Rank correlation with the maps of a shuffled network at or above which a method is not recommended."""


def best_overlap_threshold(results: RowResult) -> float:
    """Return the share of a map's highest value with the highest mean overlap, the lowest of equal ones."""
    return THRESHOLD_SHARES[int(np.mean([one.overlap for one in results.localised], axis=0).argmax())]


def evidence_scale(results: RowResult, method: str) -> float | None:
    """Return the 99th percentile over images of the strongest evidence in any map; None for a relative method."""
    if METHODS[method].scale == "none" or not results.strongest:
        return None
    highest = float(np.percentile(results.strongest, 99))
    return highest if highest > 0 else None


@dataclass(frozen=True)
class MethodCandidate:
    """A method's results on validation images.

    value: of the deciding measure, with its 95 % interval [low, high]; seconds: for one image and all labels;
    likeness: rank correlation with the maps of shuffled networks, None where it was not measured.
    passing: share of its maps that pass the quick check, with its lower 95 % limit; None where it was not measured.
    """

    name: str
    value: float
    low: float
    high: float
    seconds: float = 0.0
    likeness: float | None = None
    passing: tuple[float, float] | None = None

    @property
    def follows(self) -> bool:
        """Return whether its maps depend on the trained weights, as far as that was measured."""
        return self.likeness is None or self.likeness < HIGHEST_SIMILARITY

    @property
    def scaled(self) -> bool:
        """Return whether its maps have a fixed scale, so that a map can be empty."""
        return METHODS[self.name].scale != "none"

    @property
    def quick(self) -> bool:
        """Return whether it is fast enough to come with the prediction."""
        return METHODS[self.name].quick

    @property
    def timely(self) -> bool:
        """Return whether a reader can be asked to wait for its map."""
        return self.quick or self.seconds <= LONGEST_SECONDS


@dataclass(frozen=True)
class Recommendation:
    """The default method and why it was chosen.

    beats_baselines: whether its interval lies above all of them.
    """

    name: str
    why: str
    beats_baselines: bool


def recommend(candidates: Sequence[MethodCandidate], measured: str, baselines: Mapping[str, float]) -> Recommendation:
    """Return the default method and why it was chosen.

    It must depend on the trained weights, have a fixed scale and take at most LONGEST_SECONDS. The scale must be fixed
    since only images with a finding are measured: on an image without one, a relative map still highlights its highest
    point, which a reader cannot tell from evidence and no measure here would show. Of those, the ones whose maps pass
    the quick check clearly less often than another's are passed over, where that was measured of each: Diagnose would
    show most of their maps without colour. Of the rest the fast one with the highest lower limit of the deciding
    measure wins, so that none is chosen by luck on few images; the faster of equal ones. Where none is fast, or no fast
    one beats the baselines without a model, a slower one comes first: a correct map is worth the wait. Methods that
    measured clearly better are named.

    measured: name of the deciding measure, to follow "the best"; baselines: title -> value.
    """
    baseline = max(baselines.values(), default=-1.0)
    timely = [one for one in candidates if one.follows and one.scaled and one.timely]
    kept = _passing_often(timely)
    passed_over = [one for one in timely if one not in kept]
    quick = [one for one in kept if one.quick]
    slower = [one for one in kept if not quick or one.low > baseline]
    before = _of_passed_over(passed_over)
    if quick and (not slower or _best(quick).low > baseline):
        best = _best(quick)
        among = "the fast methods with a fixed scale whose maps depend on the trained weights"
    elif slower:
        best = _best(slower)
        before += "No fast method is clearly better than the baselines without a model. " if quick else ""
        among = (
            f"the methods of up to {LONGEST_SECONDS:g} s with a fixed scale whose maps depend on the trained weights"
        )
    else:
        best, among = _best(candidates), "all methods"
        before = "No method is fast enough, has a fixed scale and depends on the trained weights. "
    why = (
        f"{before}{METHODS[best.name].title} has the best {measured} on validation images: {best.value:z.2f}, with a "
        f"lower 95 % limit of {best.low:z.2f}, the highest among {among}{', but these' if passed_over else ''}."
        f"{_better([one for one in candidates if one not in passed_over], best)}"
    )
    if baselines:
        values = ", ".join(f"{title[0].lower()}{title[1:]} {value:z.2f}" for title, value in baselines.items())
        why += f" Baselines without a model: {values}."
    if best.low <= baseline:
        why += " It is not clearly better than these."
    return Recommendation(best.name, why, best.low > baseline)


def _best(candidates: Sequence[MethodCandidate]) -> MethodCandidate:
    return max(candidates, key=lambda one: (round(one.low, 3), -METHODS[one.name].passes))


def _passing_often(candidates: Sequence[MethodCandidate]) -> list[MethodCandidate]:
    """Return those whose maps pass as often as the best method's surely do; all where that is unknown of any."""
    shares = [one.passing for one in candidates if one.passing is not None]
    if len(shares) < len(candidates):
        return list(candidates)
    surely = max((low for _, low in shares), default=0.0)
    return [one for one, (share, _) in zip(candidates, shares, strict=True) if share >= surely]


def _of_passed_over(methods: Sequence[MethodCandidate]) -> str:
    """Return a sentence on the methods whose maps pass less often; "" without any."""
    named = ", ".join(f"{METHODS[one.name].title} ({one.passing[0]:.2f})" for one in methods if one.passing)
    return f"Passed over, since fewer of their maps pass the quick check: {named}. " if named else ""


def _better(candidates: Sequence[MethodCandidate], best: MethodCandidate) -> str:
    """Return a sentence on the methods that measured clearly better, by the reason why they are not the default."""
    better = [one for one in candidates if one.follows and one.low > best.high]
    reasons = {
        "without a fixed scale, so that it highlights an area in every image": [
            one for one in better if not one.scaled
        ],
        "slow": [one for one in better if one.scaled],
    }
    return "".join(
        f" Better but {reason}: "
        + ", ".join(f"{METHODS[one.name].title} ({one.value:z.2f}, lower limit {one.low:z.2f})" for one in named)
        + "."
        for reason, named in reasons.items()
        if named
    )
