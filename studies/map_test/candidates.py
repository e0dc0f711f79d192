"""Print a table of ways of telling right maps from wrong ones, tried on validation images.

    python -m studies.map_test.candidates runs/map-test-candidates

The folder: as studies.map_test.collect left it with --candidates. Cells: how often a right map scores higher than a
wrong one. "Curves": what hiding the first 5, 10 and 20 % of a map's places takes, or showing them alone brings back,
less the same for the middle and random places. "Areas": each of 49 areas is hidden alone, and what that takes is
correlated with what the map says of the area; apart: with distance from the middle of the image, and detail (strength
of edges), taken out of both sides.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from meddx.evaluate.map_evaluation.known_maps import WHOLE_IMAGE, WRONG, MapKind, area_under_curve, worth
from meddx.explain.map_check.area_effects import AREAS, marked_areas
from studies.map_test.calibrate import EXACT, MODELS
from studies.map_test.records import Measured, kept

LEAST_SPAN = 2.0
"""Log odds: the least that what curves take and bring back is measured against."""
UNITS = ("log odds", "logit")
HIDDEN = {"blur": "blurred", "neighbours": "filled from its neighbours"}


def candidate_rows(folder: Path) -> Iterator[str]:
    """Yield the rows: for each way of scoring the area under the curve, by model."""
    cases = {model: kept(folder, "validation", model) for model in MODELS}
    yield "| hidden by | score | " + " | ".join(f"`{model}`" for model in MODELS) + " | mean |"
    yield "|---|---|" + "---|" * (len(MODELS) + 1)
    found: dict[tuple[str, str], list[float]] = {}
    for model in MODELS:
        values: dict[tuple[str, str], tuple[list[float], list[float]]] = {}
        for case in cases[model]:
            for kind in (MapKind.OWN, *WRONG):
                right = worth(case, kind, EXACT)
                if model == "chest-efficientnet" and kind == MapKind.OWN:
                    right = True  # nothing is marked there: taken for right, to have some at all
                if right is not None:
                    for name, value in scores(case, kind).items():
                        values.setdefault(name, ([], []))[0 if right else 1].append(value)
        for name, sides in values.items():
            found.setdefault(name, []).append(area_under_curve(*sides))
    for (way, score), areas in sorted(found.items(), key=lambda one: -float(np.mean(one[1]))):
        yield f"| {HIDDEN[way]} | {score} | " + " | ".join(f"{area:.3f}" for area in (*areas, np.mean(areas))) + " |"
    counts = [sum(worth(case, MapKind.OWN, EXACT) is True for case in cases[model]) for model in MODELS]
    yield f"\nImages: {', '.join(str(len(cases[model])) for model in MODELS)}; maps known to be right: {counts}."


def scores(case: Measured, kind: str) -> dict[tuple[str, str], float]:
    """Return every score of one map, by how places were hidden and what was counted."""
    found = {}
    marked, centre, edges = (
        marked_areas(case.maps[name], WHOLE_IMAGE).ravel() for name in (kind, MapKind.CENTRE, MapKind.EDGES)
    )
    apart = {MapKind.CENTRE: centre, MapKind.EDGES: edges}
    for way in HIDDEN:
        for unit in UNITS:
            whole = _answer(case, case.whole, unit)
            fall = whole - _answer(case, case.windows[way], unit).ravel()
            found[way, f"areas, {unit}: correlation"] = _correlation(marked, fall)
            found[way, f"areas, {unit}: rank correlation"] = _correlation(rankdata(marked), rankdata(fall))
            for names, title in (
                ((MapKind.CENTRE,), "distance apart"),
                ((MapKind.EDGES,), "detail apart"),
                (apart, "both apart"),
            ):
                known = [apart[name] for name in names]
                alone = 0.0 if kind in names else _correlation(_rest(marked, known), _rest(fall, known))
                found[way, f"areas, {unit}: correlation, {title}"] = alone
        for title in ("", ", both apart"):
            of_units = [found[way, f"areas, {unit}: correlation{title}"] for unit in UNITS]
            found[way, f"areas, the better of both: correlation{title}"] = max(of_units)
        for unit in UNITS:
            found[way, f"curves, {unit}"] = _hold(case, kind, way, unit) - max(
                0.0, float(np.mean([_hold(case, name, way, unit) for name in (MapKind.CENTRE, "random 2", "random 3")]))
            )
    return found


def _hold(case: Measured, kind: str, way: str, unit: str) -> float:
    """Return the larger of what hiding a map's first places takes and what showing them alone brings back."""
    whole, gone = (float(_answer(case, one, unit)) for one in (case.whole, case.gone[way]))
    taken = (whole - _answer(case, case.hidden[way, kind], unit)).mean()
    brought = (_answer(case, case.shown[way, kind], unit) - gone).mean()
    return float(max(taken, brought)) / max(whole - gone, LEAST_SPAN)


def _answer(case: Measured, logits: NDArray[np.float32], unit: str) -> NDArray[np.float64]:
    """Return the label's logit, or its lead over the other labels where they exclude each other."""
    own = np.asarray(logits, np.float64)[..., case.label]
    if unit == "logit" or case.model == "phantom-cnn":
        return own
    others = np.delete(np.asarray(logits, np.float64), case.label, axis=-1)
    return np.asarray(own - np.log(np.exp(others).sum(axis=-1)))


def _rest(values: NDArray[np.float64], known: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    columns = np.stack([np.ones(AREAS**2), *known], axis=1)
    return values - columns @ np.linalg.lstsq(columns, values, rcond=None)[0]


def _correlation(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    return 0.0 if np.ptp(first) == 0 or np.ptp(second) == 0 else float(np.corrcoef(first, second)[0, 1])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    print("\n".join(candidate_rows(parser.parse_args().folder)))


if __name__ == "__main__":
    main()
