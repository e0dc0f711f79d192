"""Cross-validate a recipe over K folds, to measure how much its result depends on the split."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, softmax

from meddx.errors import Refused
from meddx.evaluate.calibration import fit_temperature
from meddx.evaluate.card_metrics import measure, measure_comparison
from meddx.evaluate.operating_point import youden_threshold
from meddx.evaluate.predictions import Predictions
from meddx.evaluate.sets.consecutive_blocks import ConsecutiveBlocks, cut_blocks
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.evaluate.sets.patient_split import PatientsHeldOut, cut_patients, hold_out_patients, patient_folds
from meddx.evaluate.sets.recipe_sets import resolve
from meddx.install.progress_report import StageReport
from meddx.training.box_supervision import boxes_in_inputs
from meddx.training.cached_inputs import ArrayRows, cached_inputs
from meddx.training.hardware import Hardware
from meddx.training.recipe import Recipe, read_recipe
from meddx.training.training_loop import ONE_DEVICE, Fold, fit, predict_probabilities

MetricOfLabel = tuple[str | None, str]
"""Label or comparison, None over all labels, and the name of the metric."""


@dataclass(frozen=True)
class FoldSpread:
    """One metric over the folds.

    label: None over all labels; values: (K,), one a fold.
    """

    label: str | None
    metric: str
    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Return the mean over folds."""
        return float(np.mean(self.values))

    @property
    def deviation(self) -> float:
        """Return the standard deviation over folds, divisor K - 1."""
        return float(np.std(self.values, ddof=1))


@dataclass(frozen=True)
class CrossValidated:
    """The result of a cross-validation.

    n: images held out in each fold, together all training cases; epochs whose weights were kept; spread by metric.
    """

    n: tuple[int, ...]
    best_epochs: tuple[int, ...]
    spread: tuple[FoldSpread, ...]


def cross_validate(
    recipe_path: Path, folds: int, runs: Path, report: StageReport, hardware: Hardware = ONE_DEVICE
) -> CrossValidated:
    """Train the recipe `folds` times, each time measured on another part of the training cases' patients.

    Each training holds out a part of its own patients for early stopping, to fit the temperature and to choose
    thresholds, as `train` does, so that the part that measures decides nothing. The recipe's test set is not used.
    `runs`/<id>/folds-K/N/ holds the checkpoint of fold N; started again after a kill it goes on. Raises Refused when
    there are fewer patients of some label than folds, and as train does.
    """
    recipe = read_recipe(recipe_path)
    if len(recipe.parts) > 1:
        raise Refused(
            "folds-of-a-fusion",
            f"{recipe_path.name} has fields or a note, and cross-validation measures networks for images alone; train "
            "it without --folds, which measures the image and the record alone as well.",
        )
    images = training_cases(recipe, recipe_path.parent)
    parts = patient_folds(images, folds, recipe.fitting.seed)
    with report.stage("reading images", len(images)) as done:
        inputs = cached_inputs(images, recipe.input, runs / "inputs", done)
    boxes = boxes_in_inputs(images, recipe.input) if recipe.fitting.box_weight else None
    targets = images.targets()
    scores: list[dict[MetricOfLabel, float]] = []
    best: list[int] = []
    for number, (others, measured) in enumerate(parts, start=1):
        report.say(f"Fold {number} of {folds}: {len(others)} images to learn and stop by, {len(measured)} to measure.")
        learned, stopped = hold_out_patients(
            images.subset(others), recipe.data.validation_fraction, recipe.fitting.seed
        )
        train, validation = others[learned], others[stopped]
        for name, rows in (("learns from", train), ("stops by", validation), ("measures on", measured)):
            _check(targets[rows], images.labels, f"fold {number} {name}")
        fold = Fold(
            ArrayRows(inputs, train),
            targets[train],
            ArrayRows(inputs, validation),
            targets[validation],
            None if boxes is None else boxes[train],
        )
        run = runs / recipe.id / f"folds-{folds}" / str(number)
        run.mkdir(parents=True, exist_ok=True)
        model, progress = fit(recipe, fold, run, recipe_path.parent, report, hardware=hardware)
        logits = [
            _logits(predict_probabilities(model, ArrayRows(inputs, rows)), recipe.exclusive)
            for rows in (validation, measured)
        ]
        temperature = fit_temperature(logits[0], targets[validation], recipe.exclusive)
        chosen_by, held_out = (
            _predictions(images.subset(rows), of / temperature, recipe.exclusive)
            for rows, of in zip((validation, measured), logits, strict=True)
        )
        scores.append(_scores(recipe, chosen_by, held_out))
        best.append(progress.best_epoch)
    spread = tuple(
        FoldSpread(label, metric, tuple(one[label, metric] for one in scores)) for label, metric in scores[0]
    )
    return CrossValidated(tuple(len(measured) for _, measured in parts), tuple(best), spread)


def training_cases(recipe: Recipe, recipe_folder: Path) -> LabelledSet:
    """Return all cases that the recipe may train on: its training source without what it tests on."""
    images = recipe.data.train.read(recipe.label_names, lambda path: resolve(path, recipe_folder))
    if isinstance(recipe.data.test, ConsecutiveBlocks):
        return cut_blocks(images, recipe.data.test)[0]
    if isinstance(recipe.data.test, PatientsHeldOut):
        return cut_patients(images, recipe.data.test)[0]
    return images


def _check(targets: NDArray[np.bool_], labels: Sequence[str], what: str) -> None:
    for label, count in zip(labels, targets.sum(axis=0), strict=True):
        if count in (0, len(targets)):
            raise Refused(
                "one-sided-label", f"What {what} lacks images with or without {label!r}; ask for fewer folds."
            )


def _logits(p: NDArray[np.float32], exclusive: bool) -> NDArray[np.float64]:
    """Return logits that give these probabilities, clipped 1e-7 away from 0 and 1 as in Keras."""
    p64 = np.clip(p.astype(np.float64), 1e-7, 1 - 1e-7)
    return np.asarray(np.log(p64) if exclusive else logit(p64))


def _predictions(images: LabelledSet, logits: NDArray[np.float64], exclusive: bool) -> Predictions:
    """Return the predictions of `images`.

    logits: after the temperature.
    """
    p = softmax(logits, axis=1) if exclusive else expit(logits)
    groups = tuple(str(group) for group in images.groups)
    return Predictions(images.labels, tuple(images.ids), groups, images.targets(), logits.astype(np.float32), p)


def _scores(recipe: Recipe, chosen_by: Predictions, held_out: Predictions) -> dict[MetricOfLabel, float]:
    """Return the headline metrics of `held_out` at the thresholds that `chosen_by` gives, as on a model's card."""
    columns = range(len(held_out.labels))
    thresholds = [youden_threshold(chosen_by.probabilities[:, c], chosen_by.targets[:, c]) for c in columns]
    measured = measure(held_out, thresholds, recipe.exclusive, recipe.ordered)
    for comparison in recipe.comparisons:
        measured += measure_comparison(comparison, chosen_by, held_out)
    return {(one.label, one.metric): one.estimate.value for one in measured}
