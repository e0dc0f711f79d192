"""What is chosen on validation films: each method's threshold and scale, and the method to show first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from meddx.evaluate.maps.check import Found
from meddx.evaluate.maps.localise import SHARES
from meddx.explain.methods import METHODS

LONGEST = 3.0
"""Seconds for one film and every label beyond which a method is not recommended: somebody waits for the map."""
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
    """A method as it did on validation films. value: of the measure that decides, low: the lower end of its interval;
    likeness: to the maps of shuffled networks, None if unmeasured."""

    name: str
    value: float
    low: float
    seconds: float
    likeness: float | None = None

    @property
    def eligible(self) -> bool:
        """Whether it is quick enough, and its maps follow what the network learned."""
        return self.seconds <= LONGEST and (self.likeness is None or self.likeness < ALIKE)


def recommend(candidates: Sequence[Candidate], measured: str, floors: Mapping[str, float]) -> tuple[str, str]:
    """The name of the method whose interval begins highest, the quicker of equal ones, and why in a few sentences.

    By the lower end, so that a method measured on few films is not chosen for its luck. measured: what the deciding
    measure is, after "the best"; floors: title -> its value. Where no method is eligible the sentences say so.
    """
    eligible = [one for one in candidates if one.eligible]
    best = max(eligible or candidates, key=lambda one: (round(one.low, 3), -one.seconds))
    why = f"{METHODS[best.name].title} has the best {measured} on validation films: {best.value:.2f}, at least"
    why += f" {best.low:.2f} by its 95 % interval, the highest such bound"
    if not eligible:
        why += f"; but every method takes more than {LONGEST:g} s a film or ignores what the network learned."
    elif any(one.low > best.low for one in candidates if not one.eligible):
        why += f" of the methods that follow the network's weights and take at most {LONGEST:g} s a film."
    else:
        why += "."
    if floors:
        why += " Maps that saw no network: "
        why += ", ".join(f"{title[0].lower()}{title[1:]} {value:.2f}" for title, value in floors.items()) + "."
    if floors and best.low <= max(floors.values()):
        why += " It is not clearly better than these, so its maps say little about where a finding lies."
    return best.name, why
