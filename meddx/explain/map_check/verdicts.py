"""Turn the measurements of one map into verdicts and sentences, by two thresholds a measure.

Faithfulness has thresholds of its own for each kind of model that was calibrated, and each model a least effect that
hiding an area must have, and perhaps a usual effect, which says nothing of one image; a model is known by its weights.
All other models get the thresholds of all kinds together, with a caution.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from meddx.explain.map_check.area_effects import AREAS, AreaEffects
from meddx.explain.map_check.map_checker import LARGEST_PROBABILITY_CHANGE, MapCheckValues
from meddx.explain.map_limits import MapLimits
from meddx.explain.methods import METHODS
from meddx.types import MapMeasure, Verdict

THRESHOLDS_FILE = Path(__file__).with_name("thresholds.toml")
"""Of every measure but faithfulness, the same for all models; written by studies/explanations/calibrate_verdicts.py."""
FAITHFULNESS_FILE = Path(__file__).with_name("faithfulness_thresholds.toml")
"""Of faithfulness, by kind of model, all kinds together last; written by studies/map_test/calibrate.py."""


@dataclass(frozen=True)
class MeasureText:
    """Hold the title of one measure and its text for each verdict.

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
        "Effect on the prediction",
        good="Hiding highlighted areas lowers the prediction more than hiding others.",
        unclear="Hiding highlighted areas lowers the prediction only a little more than hiding others.",
        bad="Hiding highlighted areas lowers the prediction no more than hiding others: the evidence lies elsewhere.",
    ),
    "learned": MeasureText(
        "Dependence on training",
        good="An untrained network gives a different map.",
        unclear="An untrained network gives a similar map.",
        bad="An untrained network gives nearly the same map.",
    ),
    "steady": MeasureText(
        "Stability under noise",
        good="Noise too weak to change the prediction does not change the map.",
        unclear="Noise too weak to change the prediction changes the map somewhat.",
        bad="Noise too weak to change the prediction changes the map: on another image of this patient it may differ.",
        unmeasured="Even slight noise changes the prediction, so the map's stability could not be measured.",
    ),
    "specific": MeasureText(
        "Specificity to the label",
        good="Other labels have different maps.",
        unclear="Other labels have similar maps.",
        bad="Other labels have nearly the same map: it does not show what is specific to this one.",
        unmeasured="The model has only one label, so there is no other map to compare with.",
    ),
    "agreed": MeasureText(
        "Agreement with other methods",
        good="Other methods highlight largely the same areas.",
        unclear="Other methods highlight partly the same areas.",
        bad="Other methods highlight different areas.",
        decides=False,
    ),
}
"""By the name of the measure, in the order in which they are shown."""

NO_DETAIL = (
    "Hiding any one area changes the prediction no more than that of an untrained network, so no map can be confirmed."
)
"""In place of the bad text on faithfulness."""
STEADIER_THAN_THE_PREDICTION = "Slight noise changes the prediction, but not the map."
"""In place of the good text on stability."""


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


@dataclass(frozen=True)
class VerdictThresholds:
    """Judge the measures of one model's maps.

    bounds: by the name of the measure. least_effect: log odds; where no area's blur moves the prediction of the label
    by as much, untrained networks are moved as far, and a map agrees with nothing that was learned. usual: what hiding
    each area takes on other images, (AREAS, AREAS), without a unit (area_effects.usual_effects); None if not measured.
    """

    bounds: Mapping[str, Bounds]
    least_effect: float
    usual: NDArray[np.float64] | None = None


BY_OTHERS = "The limits were set on maps by other methods: whether they suit this map is unknown."


@dataclass(frozen=True)
class ModelOfThresholds:
    """Name a model whose maps helped to choose thresholds. Its weights are what it is known by."""

    id: str
    version: str
    title: str
    weights_sha256: str


@dataclass(frozen=True)
class ThresholdOrigin:
    """State on whose maps the thresholds were chosen.

    kind: of the models, in words: "chest films"; methods: names of the methods of explanation.
    """

    kind: str
    models: tuple[ModelOfThresholds, ...]
    methods: tuple[str, ...]

    def caution(self, weights_sha256: str, method: str) -> str:
        """Return why the verdicts on another model's or method's maps may be wrong, one sentence; "" on its own.

        weights_sha256: of the model whose map was checked. A model is known by its weights: another version of it, or
        another model under its id, is another model.
        """
        of_others = weights_sha256 not in {model.weights_sha256 for model in self.models}
        by_others = method not in self.methods
        if of_others and by_others:
            return (
                f"The limits were set on maps of other models ({self.kind}) and by other methods: whether they suit "
                "this map is unknown."
            )
        if of_others:
            return f"The limits were set on maps of other models ({self.kind}): whether they suit this map is unknown."
        return BY_OTHERS if by_others else ""


def verdict_thresholds(weights_sha256: str = "", own: MapLimits | None = None) -> VerdictThresholds:
    """Return the thresholds for a model with these weights, as the two files state them.

    own: limits set on the model's own images, which take the place of those of faithfulness, least and usual effect.
    Of a model that was not calibrated, and without weights, those of faithfulness are the ones of all kinds of models;
    the least effect is known of more models than were calibrated, the usual effect of those that were, but phantoms'.
    """
    limits = _stated(THRESHOLDS_FILE) | {"faithful": _calibration(weights_sha256)["faithful"]}
    bounds = {name: Bounds(**limits[name]) for name in MEASURE_TEXTS}
    stated = _stated(FAITHFULNESS_FILE)
    of_models = {model["weights_sha256"]: model["log_odds"] for model in stated["least_effects"]}
    least = of_models.get(weights_sha256, stated["least_effect"])
    if own is not None:
        bounds["faithful"] = Bounds(own.bad_below, own.good_from)
        least = least if own.least_effect is None else own.least_effect
        return VerdictThresholds(bounds, least, np.array(own.usual).reshape(AREAS, AREAS))
    usual = {model["weights_sha256"]: model["falls"] for model in stated["usual_effects"]}
    falls = np.array(usual[weights_sha256]).reshape(AREAS, AREAS) if weights_sha256 in usual else None
    return VerdictThresholds(bounds, least, falls)


def has_limits(weights_sha256: str) -> bool:
    """Return whether limits that come with meddx were set on the maps of a model with these weights."""
    return weights_sha256 in {model.weights_sha256 for model in threshold_origin(weights_sha256).models}


def caution(weights_sha256: str, method: str, own: MapLimits | None = None) -> str:
    """Return why the verdict on a map may be wrong, one sentence; "" where its limits were set on such maps.

    weights_sha256: of the model whose map was checked; own: as verdict_thresholds takes it.
    """
    if own is None:
        return threshold_origin(weights_sha256).caution(weights_sha256, method)
    return "" if method in own.methods else BY_OTHERS


def threshold_origin(weights_sha256: str = "") -> ThresholdOrigin:
    """Return on whose maps the threshold of faithfulness was chosen that a model with these weights gets."""
    stated = _calibration(weights_sha256)
    models = tuple(ModelOfThresholds(**model) for model in stated["models"])
    return ThresholdOrigin(stated["kind"], models, tuple(stated["methods"]))


def _calibration(weights_sha256: str) -> dict[str, Any]:
    """Return the first calibration with such a model, or else the last, which is that of all kinds together."""
    every: list[dict[str, Any]] = _stated(FAITHFULNESS_FILE)["calibrations"]
    of_model = (one for one in every if any(model["weights_sha256"] == weights_sha256 for model in one["models"]))
    return next(of_model, every[-1])


@cache
def _stated(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def faithfulness(areas: AreaEffects, least_effect: float, usual: NDArray[np.float64] | None = None) -> float:
    """Return the correlation of what a map says of areas with what hiding them takes (AreaEffects.agreement).

    0 where no area's blur moves the prediction by `least_effect`. usual: as in VerdictThresholds.
    """
    return areas.agreement(usual) if areas.largest >= least_effect else 0.0


def measure_values(
    numbers: MapCheckValues, least_effect: float, usual: NDArray[np.float64] | None = None
) -> dict[str, float | None]:
    """Return one number for each measure, the higher the better; None where it could not be measured.

    faithful: `faithfulness` with this least effect, and `usual` as in VerdictThresholds.
    learned: 1 minus the mean similarity to maps of networks with all weights shuffled.
    steady: mean similarity under noise that does not change the prediction; None where all of it does, since the map
    may change then as well.
    specific: 1 minus the mean similarity to other labels' maps.
    agreed: mean similarity to other methods' maps.
    """
    steady = [similarity for change, similarity in numbers.noisy if abs(change) <= LARGEST_PROBABILITY_CHANGE]
    return {
        "faithful": faithfulness(numbers.areas, least_effect, usual),
        "learned": 1 - float(np.mean(numbers.cascade[-2:])) if numbers.cascade else None,
        "steady": float(np.mean(steady)) if steady else None,
        "specific": 1 - float(np.mean(list(numbers.labels.values()))) if numbers.labels else None,
        "agreed": float(np.mean(list(numbers.methods.values()))) if numbers.methods else None,
    }


def measure_verdicts(
    numbers: MapCheckValues, titles: Sequence[str], thresholds: VerdictThresholds
) -> tuple[MapMeasure, ...]:
    """Return each measure with its verdict and text.

    titles: of every label; thresholds: verdict_thresholds of the model's weights.
    """
    measures = []
    for name, measured in measure_values(numbers, thresholds.least_effect, thresholds.usual).items():
        bounds = thresholds.bounds[name]
        despite = _steady_despite(numbers, bounds) if name == "steady" and measured is None else None
        value = measured if despite is None else despite
        verdict = bounds.verdict(value)
        text: str = getattr(MEASURE_TEXTS[name], verdict)
        if despite is not None:
            text = STEADIER_THAN_THE_PREDICTION
        if name == "faithful" and numbers.areas.largest < thresholds.least_effect:
            text = NO_DETAIL
        measures.append(
            MapMeasure(
                name=name,
                title=MEASURE_TEXTS[name].title,
                verdict=verdict,
                words=text,
                value=value,
                bad_below=bounds.bad_below,
                good_from=bounds.good_from,
                details=_details(name, numbers, titles, thresholds.least_effect),
            )
        )
    return tuple(measures)


def _steady_despite(numbers: MapCheckValues, bounds: Bounds) -> float | None:
    """Return the mean similarity under noise that changes the prediction, where it is good all the same; else None.

    A map that changes with the prediction says nothing about its stability; one that stays then is stable.
    """
    similarities = [similarity for _, similarity in numbers.noisy]
    mean = float(np.mean(similarities)) if similarities else -1.0
    return mean if bounds.verdict(mean) == "good" else None


def overall_verdict(measures: Sequence[MapMeasure]) -> Literal["reliable", "unclear", "not to be relied on"]:
    """Return the verdict on the map.

    A bad measure that decides makes it "not to be relied on". It is "reliable" where faithfulness is good, nothing is
    bad and everything could be measured; other measures may be unclear. Otherwise it is "unclear".
    """
    if any(measure.verdict == "bad" and MEASURE_TEXTS[measure.name].decides for measure in measures):
        return "not to be relied on"
    faithful = all(measure.verdict == "good" for measure in measures if measure.name == "faithful")
    passed = all(measure.verdict not in ("bad", "unmeasured") for measure in measures)
    return "reliable" if faithful and passed else "unclear"


def _details(name: str, numbers: MapCheckValues, titles: Sequence[str], least_effect: float) -> dict[str, float]:
    """Return what a measure was computed from, by names for a reader."""
    match name:
        case "faithful":
            return {
                "largest change of the log odds on hiding one area": numbers.areas.largest,
                "change that untrained networks seldom reach": least_effect,
            }
        case "learned":
            return dict(zip(CASCADE_STEPS, numbers.cascade, strict=bool(numbers.cascade)))
        case "steady":
            similarities = [similarity for _, similarity in numbers.noisy]
            return {f"similarity under noise, sample {n}": value for n, value in enumerate(similarities, start=1)}
        case "agreed":
            return {f"similarity to the {METHODS[name].title} map": value for name, value in numbers.methods.items()}
        case _:
            return {f"similarity to the map of {titles[label]}": value for label, value in numbers.labels.items()}


CASCADE_STEPS = (
    "similarity with the last layer shuffled",
    "similarity with half of the layers shuffled",
    "similarity with all layers shuffled",
    "similarity with all layers shuffled again",
)
"""The steps of weight_randomisation.CASCADE."""
