"""Print how well the test of a heat map tells right from wrong: a section of docs/explanations.md.

    python -m studies.map_test.right_maps runs/map-test runs/map-test-candidates

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
    yield MISSED


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


INTRODUCTION = """## Does the check know right maps from wrong ones?

Generated by `python -m studies.map_test.right_maps runs/map-test runs/map-test-candidates`; what it reads was measured
by `python -m studies.map_test.collect`. All of it is about one of the check's five measures, "effect on the
prediction" (`meddx/explain/map_check/area_effects.py`), which decides nearly every verdict on patients' images.

The measure until now blurred the fifth of the image that a map marks most. On patients' images it failed maps that are
the whole of the answer (the local-evidence models'): evidence that is spread out does not lie in a fifth of the image,
blurring almost any place raised the log odds of many slices, and a blurred edge or middle of the image weighed as much
as evidence. So other ways were compared.

Known to be right: every map by a local-evidence model; of other models, maps whose highest place lies on the marked
lesion or within 3 % of the image's side. (Where it lies elsewhere, the map may be right all the same, so it counts as
neither.) Known to be wrong, unless they point at the lesion too or resemble the model's own map (rank correlation of
.5): the map of another image, of the network with shuffled weights, random patches, the middle of the image, edges.
Images: those whose finding the model calls rightly, the method that the model's record shows first.

**Ways compared, on validation images.** "Curves": what hiding the first 5, 10 and 20 % of a map's places takes, or
showing them alone brings back, less the same for the middle and random places: the rule before. "Areas": each of 49
areas is hidden alone, and what that takes is correlated with what the map says of the area. Apart: with distance from
the middle of the image, and detail (strength of edges), taken out of both sides. Cells: how often a right map scores
higher than a wrong one. On `chest-efficientnet` nothing is known to be right; its own maps stand in there.
"""
CHOSEN = """
Chosen: areas, blurred; the better of the label's logit and its lead over the other labels; distance and detail apart.
Detail is what the blur changes in an area, now. Softer edges, half of the blur and a blur of 4 pixels were tried for
the brain models alone and were worse. Then frozen. Limits by `python -m studies.map_test.calibrate`, on the same
validation images: 2.5 % of the wrong maps pass, 10 % do not fail; right maps chose nothing.
"""
RIGHT = """
**Maps that a reader would see, on test images**, looked at once. Brackets: Wilson's 95 % intervals. Only this measure
is counted; a map that passes it may still fail another.
"""
WRONG_MAPS = """
**Maps known to be wrong, on test images.**
"""
PARTED = """
**How far the value parts them, on test images.** Area under the curve, with bootstrap intervals over patients. Maps:
how many on each side. Right against the middle of the image is won as soon as the value is above 0.
"""
MISSED = """
**What it misses.** The EfficientNets' own maps mostly fail still, on few images so far; whether the maps or the measure
are wrong there is open. Hiding areas of the brain model's slices moves its answer in no clear pattern: it falls under
any blur. A map of another image passes too often where findings lie in the same place (both lungs). Edges pass on
phantoms, where lesions are edges. On brain slices the value says less of whether a map points at the tumour than was
wanted (.75): a local-evidence map that points elsewhere is still what the model answered by. Limits rest on 15
validation images a model, 8 of `chest-efficientnet`; the logit was set beside the log odds after those had been seen,
and before any test image of it. Breast ultrasound and NIH films were not measured: no model of theirs ships.
"""


def main() -> None:
    """Print the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("candidates", type=Path)
    asked = parser.parse_args()
    print("\n".join(page(asked.folder, asked.candidates)))


if __name__ == "__main__":
    main()
