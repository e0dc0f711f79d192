"""Print how well the check of a heat map tells right maps from wrong ones: a section of docs/explanations.md.

    python -m studies.map_test.right_maps runs/map-test

The folder: as studies.map_test.collect left it.
"""

import argparse
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from meddx.config import models_dir
from meddx.evaluate.intervals import wilson
from meddx.evaluate.map_evaluation.known_map_bench import UNTRAINED
from meddx.evaluate.map_evaluation.known_maps import (
    WRONG,
    KnownMap,
    MapKind,
    area_under_curve,
    known_maps,
    untrained_maps,
)
from meddx.explain.map_check.verdicts import VerdictThresholds, faithfulness, verdict_thresholds
from meddx.model.card import read_card
from studies.map_test.calibrate import EVERY, EXACT, KINDS, MODELS
from studies.map_test.records import kept

_DRAWS = 1000


def page(folder: Path) -> Iterator[str]:
    """Yield the lines of the section."""
    yield INTRODUCTION
    yield from _limits()
    maps = {model: list(known_maps(kept(folder, "test", model), EXACT, _thresholds(model).usual)) for model in MODELS}
    yield SHOWN
    yield from _own(maps)
    yield WRONG_MAPS
    yield from _wrong(maps)
    yield UNTRAINED_MAPS.format(networks=UNTRAINED)
    yield from _untrained(folder, maps)
    yield PARTED
    yield from _parted(maps)
    yield MISSED


def _limits() -> Iterator[str]:
    yield "| kind of model | failed below | passed from |"
    yield "|---|---|---|"
    for kind, models in KINDS.items():
        yield _limit(kind, _thresholds(models[0]))
    yield _limit(f"any other ({EVERY})", verdict_thresholds())


def _limit(title: str, thresholds: VerdictThresholds) -> str:
    one = thresholds.bounds["faithful"]
    return f"| {title} | {one.bad_below:.3f} | {one.good_from:.3f} |"


def _own(maps: dict[str, list[KnownMap]]) -> Iterator[str]:
    yield "| model | map | maps | passed | unclear | failed |"
    yield "|---|---|---|---|---|---|"
    for model, known in maps.items():
        own = [one for one in known if one.kind == MapKind.OWN]
        yield _shares(model, "shown first", own)
        if any(one.hit for one in own):
            yield _shares(model, "of these, points at the finding", [one for one in own if one.hit])
            yield _shares(model, "of these, points elsewhere", [one for one in own if not one.hit])


def _wrong(maps: dict[str, list[KnownMap]]) -> Iterator[str]:
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


def _untrained(folder: Path, maps: dict[str, list[KnownMap]]) -> Iterator[str]:
    yield (
        "| model | least effect, log odds | reached by maps shown first | maps of untrained networks | "
        "their value reaches the limit | pass |"
    )
    yield "|---|---|---|---|---|---|"
    for model, known in maps.items():
        thresholds = _thresholds(model)
        own = [one for one in known if one.kind == MapKind.OWN]
        reached = sum(one.areas.largest >= thresholds.least_effect for one in own)
        untrained = list(untrained_maps(kept(folder, "test", model), thresholds.usual))
        agree = sum(one.value >= thresholds.bounds["faithful"].good_from for one in untrained)
        passed = sum(_verdict(one) == "good" for one in untrained)
        cells = (f"{thresholds.least_effect:.3f}", _share(reached, len(own)), str(len(untrained)))
        shares = (_share(agree, len(untrained)), _share(passed, len(untrained)))
        yield f"| `{model}` | {' | '.join((*cells, *shares))} |"


def _parted(maps: dict[str, list[KnownMap]]) -> Iterator[str]:
    yield "| model | right against wrong maps | maps | pointing at the finding against not | maps |"
    yield "|---|---|---|---|---|"
    for model, known in maps.items():
        right, wrong = [one for one in known if one.right], [one for one in known if one.right is False]
        hits = [one for one in known if one.kind == MapKind.OWN and one.hit]
        misses = [one for one in known if one.kind == MapKind.OWN and one.hit is False]
        yield (
            f"| `{model}` | {_area(right, wrong)} | {len(right)}, {len(wrong)} | {_area(hits, misses)} | "
            f"{len(hits)}, {len(misses)} |"
        )
    brain = [one for name in KINDS["slices of the brain"] for one in maps[name] if one.hit is not None]
    hits, misses = [one for one in brain if one.hit], [one for one in brain if not one.hit]
    yield (f"| brain, both models, all kinds of maps | - | - | {_area(hits, misses)} | {len(hits)}, {len(misses)} |")


def _shares(model: str, title: str, maps: Sequence[KnownMap]) -> str:
    said = [_verdict(one) for one in maps]
    cells = [_share(said.count(verdict), len(said)) for verdict in ("good", "unclear", "bad")]
    return f"| `{model}` | {title} | {len(maps)} | {' | '.join(cells)} |"


def _verdict(one: KnownMap) -> str:
    thresholds = _thresholds(one.model)
    value = faithfulness(one.areas, thresholds.least_effect, thresholds.usual)
    return thresholds.bounds["faithful"].verdict(value)


@cache
def _thresholds(model: str) -> VerdictThresholds:
    return verdict_thresholds(read_card(models_dir() / model / "card.toml").weights.sha256)


def _share(count: int, n: int) -> str:
    if n == 0:
        return "-"
    one = wilson(count, n)
    return f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]"


def _area(right: Sequence[KnownMap], wrong: Sequence[KnownMap]) -> str:
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

Generated by `python -m studies.map_test.right_maps runs/map-test` from what `python -m studies.map_test.collect` and
`python -m studies.map_test.calibrate` left there. All of it is about the first of the check's measures, "effect on the
prediction" (`meddx/explain/map_check/area_effects.py`), which decides nearly every verdict on patients' images: each of
49 areas is blurred alone, and what that takes from the prediction is correlated with what the map says of the area,
apart from three things: distance from the middle, the strength of detail, and what hiding the area takes on other
images of this model (its usual effect, from validation images; not on phantoms, whose lesions lie anywhere). Other ways
were tried on validation images (`python -m studies.map_test.candidates`) and told right from wrong less often.

- **Right**: every map by a local-evidence model, whose map adds up to its answer; of other models, maps whose highest
  place lies on the marked lesion or within 3 % of the image's side.
- **Wrong**, unless they point at the lesion too or resemble the model's own map: the map of another image, of the
  network with shuffled weights, random patches, the middle of the image, edges.
- **Images**: a finding is there and the model calls it. The map is the one that Diagnose shows first.

Limits come from validation images, 15 a model (14 of `chest-efficientnet`), beside each, but phantoms, the maps of all
others with its label: of the kind of wrong map that reaches highest, 5 % pass and 10 % do not fail; right maps chose
nothing. A model outside these kinds gets the last row, and its verdict says so. No usual effect of it is known, so none
was taken out for that row, and it is stricter.
"""
SHOWN = """
**Maps that a reader would see**, on 24 test images a model, 13 of the EfficientNets. Brackets: Wilson's 95 % intervals.
Only this measure is counted; a map that passes it may still fail another. These images chose nothing. The same ones had
been measured before, with Augmented Grad-CAM for the EfficientNets and no usual effect: then 0.231 of the maps of
`brain-tumor-efficientnet` passed, 0.667, 0.154, 0.958 and 0.958 of the others. What was changed was chosen on
validation images, and the table printed once; again for phantoms, after limits that other phantoms' maps had set too
(0.421, 0.539) had passed 0.750 of the right maps in the table of all five tests, against 0.863 before.
"""
WRONG_MAPS = """
**Maps known to be wrong**, on the same images.
"""
UNTRAINED_MAPS = """
**Maps of untrained networks**, by {networks} networks with shuffled weights an image and the Grad-CAM family. Such a
map is often right about its network, but the network knows nothing. What gives it away is the size of the effect:
hiding an area hardly moves its prediction. So the largest effect of an area must reach what 97.5 % of untrained
networks of the same architecture stay below on validation images, in log odds; else the map fails. Other models that
ship, but `brain-tumor-plain-cnn`, have a least effect of their own, from 8 images; for that one and a reader's model
these five are taken together, which may fail good maps of a model whose answers move little.
"""
PARTED = """
**How far the value parts them.** Area under the curve, bootstrap intervals over patients, and the maps on each side.
"""
MISSED = """
**What it misses.** A map of another image still passes more often than other wrong maps where findings lie in the same
place (both lungs): 0.212 of 33 did before the usual effect was taken out, by other limits. Edges pass on phantoms,
where lesions are edges. On brain slices the value does not say whether a map points at the tumour: a map that points
elsewhere is still what the model answered by, and Occlusion shows that the EfficientNet mostly answers by other places.
Adults' chest films were not measured.
"""


def main() -> None:
    """Print the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    print("\n".join(page(parser.parse_args().folder)))


if __name__ == "__main__":
    main()
