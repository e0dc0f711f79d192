"""Calibrate a model on a user's labelled set and measure it there; what too few cases cannot tell stays unknown."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.evaluate.card_metrics import Measured, measure, stated
from meddx.evaluate.predictions import Predictions, write_predictions
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.evaluate.sets.patient_split import hold_out_patients
from meddx.formatting import percent
from meddx.install.calibration import (
    TEST_FILE,
    VALIDATION_FILE,
    ask_images,
    recorded,
    with_map_scale,
    with_prediction_sets,
    with_temperature,
    with_thresholds,
)
from meddx.install.labelled_split import split_by_patient
from meddx.install.ood_reference import FEWEST_REFERENCE_IMAGES
from meddx.install.progress_report import StageReport
from meddx.install.reference_features import write_features
from meddx.install.survey import SurveyedSet
from meddx.install.threshold_rules import ThresholdRule
from meddx.model.card import Card
from meddx.model.loading import LoadedModel
from meddx.model.postprocessing import probabilities

FEWEST_CALIBRATED = 30
"""Images that a temperature and a heat-map scale are fitted to."""
FEWEST_OF_A_LABEL = 10
"""Calibration images with a label, and without it, that its threshold needs."""
SAME_ANSWER = 1e-6
"""Standard deviation of a logit over images below which the network answers all alike."""
TEMPERATURE, PREDICTION_SETS = "temperature", "prediction sets"
HEAT_MAP_SCALE, OOD_REFERENCE = "heat-map scale", "out-of-distribution reference"
NEEDS_IMAGES = (TEMPERATURE, "thresholds", PREDICTION_SETS, HEAT_MAP_SCALE, OOD_REFERENCE)
"""What a card, or the files beside it, cannot state without labelled images; as the import report names it."""


@dataclass(frozen=True)
class CalibratedModel:
    """A model calibrated on a set.

    card: with what the set could tell; unknown: what it could not -> why. calibration, test: predictions, the former
    None where there are no such cases. measured: metrics of the test cases. digests: of the calibration images.
    """

    card: Card
    calibration: Predictions | None
    test: Predictions
    measured: tuple[Measured, ...]
    digests: tuple[str, ...]
    unknown: dict[str, str] = field(default_factory=dict)

    @property
    def targets(self) -> NDArray[np.bool_]:
        """Return whether each label is true, bool (n, labels), of the calibration and the test cases."""
        return np.concatenate([part.targets for part in self._parts])

    def raw(self, uncalibrated: Card) -> NDArray[np.float64]:
        """Return the raw scores (n, labels) of the calibration and the test cases."""
        return probabilities(np.concatenate([part.logits for part in self._parts]), uncalibrated)

    @property
    def _parts(self) -> list[Predictions]:
        return [self.test] if self.calibration is None else [self.calibration, self.test]


def calibrate_on_set(
    loaded: LoadedModel,
    surveyed: SurveyedSet,
    folder: Path,
    *,
    set_name: str,
    rule: ThresholdRule,
    coverage: float,
    seed: int,
    report: StageReport,
    ood_reference: bool = True,
) -> CalibratedModel:
    """Write recorded predictions and reference features into `folder` and return the calibrated card with its metrics.

    The set is split by patient into halves, one to calibrate on and one to test on. ood_reference: whether the features
    of the set are written, by which later images are found similar or unlike.
    """
    card, images = loaded.card, surveyed.images
    parts = split_by_patient(images, seed)
    calibration, test = images.subset(parts.calibration_rows), images.subset(parts.test_rows)
    unknown: dict[str, str] = {}
    validation = None
    if len(calibration):
        logits, strongest = ask_images(loaded, calibration, "images to calibrate on", report)
        cases = _cases(calibration, set_name)
        card = without_calibration(card)
        if len(calibration) >= FEWEST_CALIBRATED:
            card = with_temperature(card, logits, calibration.targets(), cases, coverage)
            if strongest.max() > 0:
                card = with_map_scale(card, strongest, cases)
            else:
                unknown[HEAT_MAP_SCALE] = "No image of the set shows any evidence."
        else:
            why = f"{len(calibration)} images are too few to calibrate on; at least {FEWEST_CALIBRATED} are needed."
            unknown |= {TEMPERATURE: why, HEAT_MAP_SCALE: why}
        validation = recorded(card, calibration, logits)
        card = with_thresholds(card, validation, cases, rule, FEWEST_OF_A_LABEL)
        unknown |= _unknown_thresholds(card, validation, rule)
        card, why_no_sets = _with_sets(card, validation, coverage)
        unknown |= why_no_sets
        write_predictions(folder / VALIDATION_FILE, validation)
        if ood_reference:
            unknown |= _write_reference(
                loaded, calibration, validation, card=card, folder=folder, seed=seed, report=report
            )
    else:
        why = parts.reason or "There is no image to calibrate on."
        unknown = dict.fromkeys(NEEDS_IMAGES, why)
    tested = recorded(card, test, ask_images(loaded, test, "images to test on", report)[0])
    write_predictions(folder / TEST_FILE, tested)
    measured = measure(tested, card.thresholds(tested.labels), card.task == "exclusive", card.orders(tested.labels))
    metrics = stated(measured, "test")
    if validation is not None:
        thresholds = card.thresholds(validation.labels)
        on_calibration = measure(validation, thresholds, card.task == "exclusive", card.orders(validation.labels))
        metrics += stated(on_calibration, "validation")
    card = card.model_copy(update={"metrics": tuple(metrics)})
    digests = tuple(surveyed.digests[row] for row in parts.calibration_rows)
    return CalibratedModel(card, validation, tested, tuple(measured), digests, unknown)


def _cases(images: LabelledSet, set_name: str) -> str:
    patients = len(set(images.groups))
    of = f" of {patients} patients" if patients < len(images) else ""
    return f"{len(images)} images{of} of {set_name}"


def without_calibration(card: Card) -> Card:
    """Return the card without what an earlier calibration says; probabilities by it are raw scores."""
    fields = ("threshold", "threshold_rule", "threshold_set", "conformal_quantile")
    labels = tuple(label.model_copy(update=dict.fromkeys(fields)) for label in card.labels)
    explained = card.explained.model_copy(update={"heatmap_scale": None, "scale_rule": None})
    return card.model_copy(update={"labels": labels, "explained": explained, "calibration": None})


def _unknown_thresholds(card: Card, validation: Predictions, rule: ThresholdRule) -> dict[str, str]:
    unknown = {}
    for column, label in enumerate(card.labels):
        if label.threshold is None:
            true = int(validation.targets[:, column].sum())
            unknown[f"threshold of {label.name}"] = (
                f"{true} calibration images have the label and {len(validation) - true} lack it; "
                f"at least {FEWEST_OF_A_LABEL} of each are needed, and the rule must be reachable ({rule.text})."
            )
    return unknown


def _with_sets(card: Card, validation: Predictions, coverage: float) -> tuple[Card, dict[str, str]]:
    """Return the card with prediction sets, or why it has none."""
    if card.calibration is None:
        return card, {PREDICTION_SETS: "The model is not calibrated."}
    needed = int(np.ceil(np.round(coverage / (1 - coverage), 9)))
    counts = validation.targets.sum(axis=0)
    if counts.min() < needed:
        rarest = validation.labels[int(counts.argmin())]
        return card, {
            PREDICTION_SETS: f"{int(counts.min())} calibration images have the label {rarest!r}; a coverage of "
            f"{percent(coverage)} needs {needed}."
        }
    return with_prediction_sets(card, validation), {}


def _write_reference(
    loaded: LoadedModel,
    images: LabelledSet,
    validation: Predictions,
    *,
    card: Card,
    folder: Path,
    seed: int,
    report: StageReport,
) -> dict[str, str]:
    """Write the features of half of the images, the threshold set on the rest; return why there are none."""
    if (validation.logits.std(axis=0) < SAME_ANSWER).all():
        return {OOD_REFERENCE: "The network answers every image alike, so its features tell no image from another."}
    few = "Some label has too few patients among the calibration images to learn from some and hold out others."
    try:
        learned, held_out = hold_out_patients(images, 0.5, seed)
    except Refused:
        return {OOD_REFERENCE: few}
    if not images.subset(learned).targets().any(axis=0).all():
        return {OOD_REFERENCE: few}
    if min(len(learned), len(held_out)) < FEWEST_REFERENCE_IMAGES:
        return {
            OOD_REFERENCE: f"{len(images)} calibration images are too few to tell which images are unlike them; "
            f"at least {2 * FEWEST_REFERENCE_IMAGES} are needed."
        }
    write_features(
        loaded,
        images.subset(learned),
        images.subset(held_out),
        recorded=validation.subset(held_out),
        card=card,
        folder=folder,
        report=report,
    )
    return {}
