"""Turn the numbers of one map into words, by two calibrated thresholds for each measure (thresholds.toml)."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np

from meddx.explain.map_check.faithfulness import LEAST_EVIDENCE
from meddx.explain.map_check.map_checker import LARGEST_PROBABILITY_CHANGE, MapCheckValues
from meddx.types import MapMeasure, Verdict

THRESHOLDS_FILE = Path(__file__).with_name("thresholds.toml")


@dataclass(frozen=True)
class MeasureText:
    """Hold what each verdict on one measure reads.

    decides: whether a bad verdict on this measure alone makes the map unreliable; else it makes it unclear.
    """

    title: str
    good: str
    unclear: str
    bad: str
    unmeasured: str = "Not measured."
    decides: bool = True


MEASURE_TEXTS: dict[str, MeasureText] = {
    "faithful": MeasureText(
        "Does the answer hang on it?",
        good="Removing what it marks changes the answer.",
        unclear="Removing what it marks, or showing it alone, changes the answer a little.",
        bad="Neither removing what it marks nor showing it alone changes the answer much: its evidence lies elsewhere.",
    ),
    "learned": MeasureText(
        "Was it learned?",
        good="A random network draws another picture.",
        unclear="A random network draws a somewhat similar picture.",
        bad="A random network draws nearly the same picture: do not rely on it.",
    ),
    "steady": MeasureText(
        "Is it steady?",
        good="Noise that does not change the answer does not change the map.",
        unclear="Noise that does not change the answer changes the map somewhat.",
        bad="Noise that does not change the answer changes the map: another image of this patient might too.",
        unmeasured="Slight noise already changes the answer, so the map's steadiness cannot be told.",
    ),
    "specific": MeasureText(
        "Is it about this label?",
        good="Another label has another map.",
        unclear="Other labels have a somewhat similar map.",
        bad="Other labels have nearly the same map: it does not show what speaks for this one.",
        unmeasured="The model has one label, so there is no other to compare with.",
    ),
    "agreed": MeasureText(
        "Do other methods agree?",
        good="Other methods mark much the same places.",
        unclear="Other methods mark partly the same places.",
        bad="Other methods mark other places.",
        decides=False,
    ),
}
"""By the name of the measure, in the order in which they are shown."""

SUFFICIENT_ALONE = "What it marks is enough for the answer: shown alone, it brings it back."
"""Said in place of the good words on faithfulness where removing alone would not have been enough."""
NO_DETAIL = "The answer hardly hangs on the image's detail at all: blurred all over, the image gets much the same one."


@dataclass(frozen=True)
class Bounds:
    """Judge a value: below `bad_below` it is bad, from `good_from` on good, between them unclear."""

    bad_below: float
    good_from: float

    def verdict(self, value: float | None) -> Verdict:
        """Return the verdict on a value; None is unmeasured."""
        if value is None:
            return "unmeasured"
        return "bad" if value < self.bad_below else "good" if value >= self.good_from else "unclear"


@cache
def thresholds() -> dict[str, Bounds]:
    """Return the thresholds by measure, as studies/explanations/calibrate_verdicts.py wrote them."""
    content = tomllib.loads(THRESHOLDS_FILE.read_text(encoding="utf-8"))
    return {name: Bounds(**content[name]) for name in MEASURE_TEXTS}


def measure_values(numbers: MapCheckValues) -> dict[str, float | None]:
    """Return one number for each measure, the higher the better; None where it could not be measured.

    faithful: how much of the evidence the map's first places hold, minus the mean of the same for maps that know
        nothing (random, the image's middle) where that is above 0.
    learned: 1 minus the mean similarity to maps of networks with all weights shuffled.
    steady: mean similarity under noise that does not change the prediction.
    specific: 1 minus the mean similarity to other labels' maps.
    agreed: mean similarity to other methods' maps.
    """
    unnoticed = [alike for change, alike in numbers.noisy if abs(change) <= LARGEST_PROBABILITY_CHANGE]
    return {
        "faithful": numbers.curves["map"].hold - max(0.0, chance_effect(numbers)),
        "learned": 1 - float(np.mean(numbers.cascade[-2:])),
        "steady": float(np.mean(unnoticed)) if unnoticed else None,
        "specific": 1 - float(np.mean(list(numbers.labels.values()))) if numbers.labels else None,
        "agreed": float(np.mean(list(numbers.methods.values()))) if numbers.methods else None,
    }


def chance_effect(numbers: MapCheckValues) -> float:
    """Return how much of the evidence maps that know nothing of the image hold, on average."""
    return float(np.mean([one.hold for name, one in numbers.curves.items() if name != "map"]))


def measure_verdicts(
    numbers: MapCheckValues, titles: Sequence[str], bounds: Mapping[str, Bounds] | None = None
) -> tuple[MapMeasure, ...]:
    """Return each measure in words. titles: of every label; bounds: those of thresholds.toml where None."""
    bounds = thresholds() if bounds is None else bounds
    found = []
    for name, value in measure_values(numbers).items():
        verdict = bounds[name].verdict(value)
        words: str = getattr(MEASURE_TEXTS[name], verdict)
        one = numbers.curves["map"]
        if name == "faithful" and verdict == "bad" and one.whole - one.soft < LEAST_EVIDENCE:
            words = NO_DETAIL
        removing = one.taken - max(0.0, chance_effect(numbers))
        if name == "faithful" and verdict == "good" and removing < bounds[name].good_from:
            words = SUFFICIENT_ALONE
        found.append(
            MapMeasure(
                name=name,
                title=MEASURE_TEXTS[name].title,
                verdict=verdict,
                words=words,
                value=value,
                bad_below=bounds[name].bad_below,
                good_from=bounds[name].good_from,
                details=_details(name, numbers, titles),
            )
        )
    return tuple(found)


def overall_verdict(measures: Sequence[MapMeasure]) -> Literal["reliable", "unclear", "not to be relied on"]:
    """Return the verdict on the map.

    A bad measure that decides makes it "not to be relied on". It is "reliable" where faithfulness is good, nothing is
    bad and everything could be measured; other measures may be unclear. Otherwise it is "unclear".
    """
    if any(one.verdict == "bad" and MEASURE_TEXTS[one.name].decides for one in measures):
        return "not to be relied on"
    hangs = all(one.verdict == "good" for one in measures if one.name == "faithful")
    tested = all(one.verdict not in ("bad", "unmeasured") for one in measures)
    return "reliable" if hangs and tested else "unclear"


def _details(name: str, numbers: MapCheckValues, titles: Sequence[str]) -> dict[str, float]:
    """Return what a measure was computed from, by names for a reader."""
    match name:
        case "faithful":
            return {
                "taken away by hiding": numbers.curves["map"].taken,
                "brought back by showing": numbers.curves["map"].brought,
                "by maps that know nothing": chance_effect(numbers),
            }
        case "learned":
            return dict(zip(CASCADE_STEPS, numbers.cascade, strict=True))
        case "steady":
            return {f"noise {place}": alike for place, (_, alike) in enumerate(numbers.noisy, start=1)}
        case "agreed":
            return numbers.methods
        case _:
            return {titles[label]: alike for label, alike in numbers.labels.items()}


CASCADE_STEPS = ("last layer shuffled", "half of the layers", "all layers", "all layers, again")
"""The steps of randomised.CASCADE."""
