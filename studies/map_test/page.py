"""Print how well the test of a heat map tells right from wrong: a section of docs/explanations.md.

    python -m studies.map_test.page runs/map-test runs/map-test-candidates

The folders: as studies.map_test.collect left them, the second with --candidates.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from meddx.config import models_dir
from meddx.evaluate.intervals import wilson
from meddx.explain.map_check.verdicts import verdict_thresholds
from meddx.model.card import read_card
from studies.map_test.calibrate import EVERY, EXACT, KINDS, measured
from studies.map_test.candidates import candidate_rows
from studies.map_test.known_maps import WRONG, Known, area_under_curve
from studies.map_test.records import OWN

MODELS = tuple(name for names in KINDS.values() for name in names)
_DRAWS = 1000


def page(folder: Path, candidates: Path) -> Iterator[str]:
    """Yield the lines of the section."""
    yield INTRODUCTION
    yield from candidate_rows(candidates)
    yield CHOSEN
    yield from _limits()
    maps = {model: measured(folder, "test", [model]) for model in MODELS}
    yield RIGHT
    yield from _own(maps)
    yield WRONG_MAPS
    yield from _wrong(maps)
    yield PARTED
    yield from _parted(maps)


def _limits() -> Iterator[str]:
    yield "| kind of model | failed below | passed from |"
    yield "|---|---|---|"
    for kind, models in KINDS.items():
        yield _limit(kind, _weights(models[0]))
    yield _limit(f"any other ({EVERY})", "")


def _limit(title: str, weights: str) -> str:
    one = verdict_thresholds(weights)["faithful"]
    return f"| {title} | {one.bad_below:.3f} | {one.good_from:.3f} |"


def _own(maps: dict[str, list[Known]]) -> Iterator[str]:
    yield "| model | map | maps | passed | unclear | failed |"
    yield "|---|---|---|---|---|---|"
    for model, known in maps.items():
        own = [one for one in known if one.kind == OWN]
        yield _shares(model, "shown first", own)
        if model not in EXACT and any(one.hit for one in own):
            yield _shares(model, "of these, points at the finding", [one for one in own if one.hit])
            yield _shares(model, "of these, points elsewhere", [one for one in own if not one.hit])


def _wrong(maps: dict[str, list[Known]]) -> Iterator[str]:
    yield "| map | brain and chest: maps | passed | phantoms: maps | passed |"
    yield "|---|---|---|---|---|"
    for kind, title in (WRONG | {"": "**together**"}).items():
        cells = []
        for real in (True, False):
            chosen = [
                one
                for model, known in maps.items()
                for one in known
                if one.right is False and kind in ("", one.kind) and (model != "phantom-cnn") == real
            ]
            cells += [str(len(chosen)), _share(sum(_verdict(one) == "good" for one in chosen), len(chosen))]
        yield f"| {title} | {' | '.join(cells)} |"


def _parted(maps: dict[str, list[Known]]) -> Iterator[str]:
    yield "| model | right against wrong maps | maps | pointing at the finding against not | maps |"
    yield "|---|---|---|---|---|"
    for model, known in maps.items():
        right, wrong = [one for one in known if one.right], [one for one in known if one.right is False]
        hits = [one for one in known if one.kind == OWN and one.hit]
        misses = [one for one in known if one.kind == OWN and one.hit is False]
        yield (
            f"| `{model}` | {_area(right, wrong)} | {len(right)}, {len(wrong)} | {_area(hits, misses)} | "
            f"{len(hits)}, {len(misses)} |"
        )
    brain = [one for name in KINDS["slices of the brain"] for one in maps[name] if one.hit is not None]
    hits, misses = [one for one in brain if one.hit], [one for one in brain if not one.hit]
    yield (f"| brain, both models, all kinds of maps | - | - | {_area(hits, misses)} | {len(hits)}, {len(misses)} |")


def _shares(model: str, title: str, maps: Sequence[Known]) -> str:
    said = [_verdict(one) for one in maps]
    cells = [_share(said.count(verdict), len(said)) for verdict in ("good", "unclear", "bad")]
    return f"| `{model}` | {title} | {len(maps)} | {' | '.join(cells)} |"


def _verdict(one: Known) -> str:
    return verdict_thresholds(_weights(one.model))["faithful"].verdict(one.value)


def _weights(model: str) -> str:
    return read_card(models_dir() / model / "card.toml").weights.sha256


def _share(count: int, n: int) -> str:
    if n == 0:
        return "-"
    one = wilson(count, n)
    return f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]"


def _area(right: Sequence[Known], wrong: Sequence[Known]) -> str:
    """Return the area under the curve with its bootstrap interval over patients."""
    if not right or not wrong:
        return "-"
    groups = sorted({one.group for one in (*right, *wrong)})
    random = np.random.default_rng(0)
    sides = [{group: [one.value for one in side if one.group == group] for group in groups} for side in (right, wrong)]
    areas = []
    for _ in range(_DRAWS):
        drawn = random.choice(groups, len(groups))
        areas.append(area_under_curve(*([value for group in drawn for value in side[group]] for side in sides)))
    low, high = np.nanquantile(areas, [0.025, 0.975])
    value = area_under_curve([one.value for one in right], [one.value for one in wrong])
    return f"{value:.3f} [{low:.3f}, {high:.3f}]"


INTRODUCTION = CHOSEN = RIGHT = WRONG_MAPS = PARTED = ""


def main() -> None:
    """Print the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("candidates", type=Path)
    asked = parser.parse_args()
    print("\n".join(page(asked.folder, asked.candidates)))


if __name__ == "__main__":
    main()
