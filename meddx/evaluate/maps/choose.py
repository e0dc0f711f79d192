"""What is chosen on validation films: each method's threshold and scale, and the method to show first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from meddx.evaluate.maps.check import Found
from meddx.evaluate.maps.localise import SHARES
from meddx.evaluate.maps.sources import QUICK
from meddx.explain.methods import METHODS

ALIKE = 0.5
"""Rank correlation with the maps of a shuffled network from which a method is not recommended."""


def threshold(found: Found) -> float:
    """The share of a map's highest value with the highest mean overlap; the lowest such."""
    return SHARES[int(np.mean([one.overlap for one in found.localised], axis=0).argmax())]


def scale(found: Found, method: str) -> float | None:
    """99th percentile over films of the strongest evidence in any label's map; None for a relative method."""
    if METHODS[method].units == "relative" or not found.strongest:
        return None
    highest = float(np.percentile(found.strongest, 99))
    return highest if highest > 0 else None


@dataclass(frozen=True)
class Candidate:
    """A method as it did on validation films. value: of the measure that decides, low, high: its interval;
    likeness: to the maps of shuffled networks, None if unmeasured."""

    name: str
    value: float
    low: float
    high: float
    likeness: float | None = None

    @property
    def follows(self) -> bool:
        """Whether its maps follow what the network learned, as far as that was measured."""
        return self.likeness is None or self.likeness < ALIKE

    @property
    def hindrance(self) -> str | None:
        """Why it is not what a reader should see first, after "which"; None where nothing stands against it."""
        if METHODS[self.name].units == "relative":
            return "marks some place on every film, also where there is nothing"
        if METHODS[self.name].passes > QUICK:
            return "keeps a reader waiting"
        return None


@dataclass(frozen=True)
class Chosen:
    """The method to show first, and why in a few sentences. beats_floors: whether its interval begins above them."""

    name: str
    why: str
    beats_floors: bool


def recommend(candidates: Sequence[Candidate], measured: str, floors: Mapping[str, float]) -> Chosen:
    """The method to show first.

    It must follow what the network learned, come with the answer and have a fixed scale; of those, the one whose
    interval begins highest, so that none is chosen for its luck on few films; the quicker of equal ones. A fixed scale,
    since only films with a finding are measured: on one without, a relative map still marks its highest place, which a
    reader cannot tell from evidence and no number here would show. Methods that measured clearly better are named.

    measured: what the deciding measure is, after "the best"; floors: title -> its value.
    """
    fit = [one for one in candidates if one.follows and one.hindrance is None]
    best = max(fit or candidates, key=lambda one: (round(one.low, 3), -METHODS[one.name].passes))
    if fit:
        why = "Of the methods that come with the answer, have a fixed scale and follow what the network learned, "
    else:
        why = (
            "No method measured comes with the answer, has a fixed scale and follows what the network learned. Of all, "
        )
    why += f"{METHODS[best.name].title} has the best {measured} on validation films: {best.value:.2f}, at least"
    why += f" {best.low:.2f} by its 95 % interval, the highest such bound."
    better: dict[str, list[str]] = {}
    for one in candidates:
        if one.follows and one.hindrance is not None and one.low > best.high:
            better.setdefault(one.hindrance, []).append(
                f"{METHODS[one.name].title} ({one.value:.2f}, at least {one.low:.2f})"
            )
    for hindrance, named in better.items():
        why += f" To be chosen by hand, since it {hindrance}, measured better: {', '.join(named)}."
    if floors:
        why += " Maps that saw no network: "
        why += ", ".join(f"{title[0].lower()}{title[1:]} {value:.2f}" for title, value in floors.items()) + "."
    beats = best.low > max(floors.values(), default=-1)
    if not beats:
        why += " It is not clearly better than these: its maps say little."
    return Chosen(best.name, why, beats)
