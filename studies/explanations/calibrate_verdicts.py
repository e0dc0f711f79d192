"""Write the thresholds of the words about one map, but for faithfulness, from maps whose worth is known.

    python -m studies.explanations.calibrate_verdicts [--keep CASES]

CASES keeps what was measured, so that the thresholds can be chosen again without asking anew. They go to
meddx/explain/map_check/thresholds.toml; that of faithfulness comes from studies/map_test/calibrate.py. Needs neither
data nor GPU: phantoms are drawn. Some minutes.
"""

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from meddx.config import models_dir
from meddx.explain.map_check.verdicts import THRESHOLDS_FILE, Bounds, measure_values
from meddx.model.card import read_card
from meddx.model.tensorflow_startup import start_tensorflow

start_tensorflow()

from studies.explanations.verdict_cases import (  # noqa: E402
    CENTRE,
    FOREIGN,
    METHODS_TESTED,
    MODEL,
    RANDOM_MAP,
    Tested,
    measured,
)

FIRST_SEED, IMAGES = 1_000_000, 110
"""Phantoms that calibrate; those that measure (studies/explanations/verdicts.py) begin at another seed."""
GOOD_LEFT_OUT, BAD_LEFT_IN = 0.02, 0.025
"""Shares of the known-good maps that count as lower, and of the known-bad ones that count as higher, than the rest."""


@dataclass(frozen=True)
class Known:
    """Values of one measure over maps known to be good and maps known to be bad in what it measures."""

    good: Sequence[float]
    bad: Sequence[float]

    def bounds(self) -> Bounds:
        """Halfway between the two for "bad" and the lowest good ones for "good"; where they overlap, both are the
        highest bad ones: to believe a worthless map is worse than to doubt a good one."""
        lowest_good = float(np.quantile(self.good, GOOD_LEFT_OUT))
        highest_bad = float(np.quantile(self.bad, 1 - BAD_LEFT_IN))
        if lowest_good <= highest_bad:
            return Bounds(highest_bad, highest_bad)
        return Bounds(bad_below=(lowest_good + highest_bad) / 2, good_from=lowest_good)


def known(cases: Iterable[Tested]) -> dict[str, Known]:
    """For each measure what is good and what is bad in it.

    learned, specific: a map that is always the same. steady: one
    drawn anew by chance, whose likeness to the one before is that of two labels' random maps. agreed: maps that no
    method drew for this network; the middle of the image, near which findings lie, is found out by the others.
    """
    listed = [(case, measure_values(case.numbers, least_effect=0)) for case in cases if case.numbers.marks]
    good = [found for case, found in listed if case.known_good]

    def of(measure: str, *kinds: str) -> list[float]:
        return [found[measure] for case, found in listed if case.kind in kinds and found[measure] is not None]

    bad = {
        "learned": of("learned", CENTRE),
        "steady": [1 - value for value in of("specific", RANDOM_MAP)],
        "specific": of("specific", CENTRE),
        "agreed": of("agreed", FOREIGN, RANDOM_MAP),
    }
    return {name: Known([one[name] for one in good if one[name] is not None], bad[name]) for name in bad}


def toml(found: dict[str, Known], images: int) -> str:
    """The file's text."""
    good = len(found["learned"].good)
    lines = [
        "# Written by python -m studies.explanations.calibrate_verdicts; docs/explanations.md says how well they do.",
        f"# From phantoms {FIRST_SEED} to {FIRST_SEED + images - 1}: {good} maps known to be good.",
    ]
    card = read_card(models_dir() / MODEL / "card.toml")
    of_model = {"model": card.id, "version": card.version, "title": card.title, "weights_sha256": card.weights.sha256}
    lines += ["", "[calibrated_on]", *(f"{name} = {json.dumps(value)}" for name, value in of_model.items())]
    lines.append(f"methods = {json.dumps(METHODS_TESTED)}")
    for name, one in found.items():
        bounds = one.bounds()
        lines += ["", f"[{name}]", f"bad_below = {bounds.bad_below:.3f}", f"good_from = {bounds.good_from:.3f}"]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, write, say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=IMAGES)
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    found = known(measured(FIRST_SEED, asked.images, asked.keep))
    THRESHOLDS_FILE.write_text(toml(found, asked.images), encoding="utf-8")
    print(THRESHOLDS_FILE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
