"""Cross-validate a recipe over K folds, to measure how much its result depends on the split."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, softmax

from meddx.cluster.node_model import start_tensorflow_on_node
from meddx.cluster.pieces import Cluster
from meddx.errors import Refused
from meddx.evaluate.calibration import fit_temperature
from meddx.evaluate.card_metrics import measure, measure_comparison
from meddx.evaluate.estimates import Estimate
from meddx.evaluate.operating_point import youden_threshold
from meddx.evaluate.predictions import Predictions
from meddx.evaluate.sets.consecutive_blocks import ConsecutiveBlocks, cut_blocks
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.evaluate.sets.patient_split import PatientsHeldOut, cut_patients, hold_out_patients, patient_folds
from meddx.evaluate.sets.recipe_sets import resolve
from meddx.install.progress_report import SilentReport, StageReport
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

    label: None over all labels; estimates: (K,), one a fold.
    """

    label: str | None
    metric: str
    estimates: tuple[Estimate, ...]

    @property
    def values(self) -> tuple[float, ...]:
        """Return the value in each fold, (K,)."""
        return tuple(one.value for one in self.estimates)

    @property
    def mean(self) -> float:
        """Return the mean over folds."""
        return float(np.mean(self.values))

    @property
    def deviation(self) -> float:
        """Return the standard deviation over folds, divisor K - 1."""
        return float(np.std(self.values, ddof=1))

    @property
    def interval(self) -> tuple[float, float]:
        """Return the 95 % interval of the mean: what other patients of the same kind would change, not other trainings.

        The folds measure different patients, so the squares of their half-widths add up. NaN where one is not defined.
        """
        half = float(np.sqrt(np.sum([((one.high - one.low) / 2) ** 2 for one in self.estimates]))) / len(self.estimates)
        return self.mean - half, self.mean + half


@dataclass(frozen=True)
class CrossValidated:
    """The result of a cross-validation.

    n: images held out in each fold, together all training cases; epochs whose weights were kept; spread by metric.
    """

    n: tuple[int, ...]
    best_epochs: tuple[int, ...]
    spread: tuple[FoldSpread, ...]


@dataclass(frozen=True)
class FoldScores:
    """What one fold gives: images held out, the epoch whose weights were kept, and the metrics on the images."""

    n: int
    best_epoch: int
    scores: dict[MetricOfLabel, Estimate]


def cross_validate(
    recipe_path: Path,
    folds: int,
    runs: Path,
    report: StageReport,
    hardware: Hardware = ONE_DEVICE,
    *,
    cluster: Cluster | None = None,
    threads: int = 1,
) -> CrossValidated:
    """Train the recipe `folds` times, each time measured on another part of the training cases' patients.

    Each training holds out a part of its own patients for early stopping, to fit the temperature and to choose
    thresholds, as `train` does, so that the part that measures decides nothing. The recipe's test set is not used.
    `runs`/<id>/folds-K/N/ holds the checkpoint of fold N; started again after a kill it goes on. cluster: whose nodes
    train a fold each, on `threads` cores; they see recipe, images and `runs` under the paths of this machine. Raises
    Refused when there are fewer patients of some label than folds, and as train does.
    """
    recipe, numbers = read_recipe(recipe_path), range(1, folds + 1)
    prepared = prepare_folds(recipe, recipe_path.parent, folds, runs, report, hardware=hardware)
    if cluster is None:
        found = [prepared.trained(number, runs / recipe.id, report) for number in numbers]
    else:
        on_node = partial(
            fold_on_node,
            recipe,
            recipe_path.resolve().parent,
            runs.resolve(),
            runs.resolve() / recipe.id,
            folds=folds,
            hardware=hardware,
            threads=threads,
        )
        found = []
        with report.stage("folds", folds) as done:
            for one in cluster.map(on_node, numbers, cores=threads):
                found.append(one)
                done(len(found))
    spread = tuple(
        FoldSpread(label, metric, tuple(one.scores[label, metric] for one in found))
        for label, metric in found[0].scores
    )
    return CrossValidated(tuple(one.n for one in found), tuple(one.best_epoch for one in found), spread)


@dataclass(frozen=True)
class PreparedFolds:
    """A recipe's training cases as inputs, dealt to folds.

    parts: for each fold, the cases that it learns and stops by, and those that it measures.
    """

    recipe: Recipe
    recipe_folder: Path
    images: LabelledSet
    inputs: NDArray[np.float16]
    boxes: NDArray[np.float32] | None
    parts: Sequence[tuple[NDArray[np.intp], NDArray[np.intp]]]
    hardware: Hardware

    def trained(self, number: int, runs: Path, report: StageReport) -> FoldScores:
        """Train and measure fold `number`, from 1, whose checkpoint is in folds-K/N below `runs`."""
        recipe, images, inputs, targets = self.recipe, self.images, self.inputs, self.images.targets()
        others, measured = self.parts[number - 1]
        report.say(
            f"Fold {number} of {len(self.parts)}: {len(others)} images to learn and stop by, {len(measured)} to "
            "measure."
        )
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
            None if self.boxes is None else self.boxes[train],
        )
        run = runs / f"folds-{len(self.parts)}" / str(number)
        run.mkdir(parents=True, exist_ok=True)
        model, progress = fit(recipe, fold, run, self.recipe_folder, report, hardware=self.hardware)
        logits = [
            _logits(predict_probabilities(model, ArrayRows(inputs, rows)), recipe.exclusive)
            for rows in (validation, measured)
        ]
        temperature = fit_temperature(logits[0], targets[validation], recipe.exclusive)
        chosen_by, held_out = (
            _predictions(images.subset(rows), of / temperature, recipe.exclusive)
            for rows, of in zip((validation, measured), logits, strict=True)
        )
        return FoldScores(len(measured), progress.best_epoch, _scores(recipe, chosen_by, held_out))


def prepare_folds(
    recipe: Recipe, recipe_folder: Path, folds: int, runs: Path, report: StageReport, *, hardware: Hardware
) -> PreparedFolds:
    """Return the recipe's training cases, dealt to folds by its seed; `runs`/inputs holds them as inputs.

    Raises Refused for a recipe of a fusion, and where there are fewer patients of some label than folds.
    """
    if len(recipe.parts) > 1:
        raise Refused(
            "folds-of-a-fusion",
            f"The recipe {recipe.id} has fields or a note, and cross-validation measures networks for images alone; "
            "train it without --folds, which measures the image and the record alone as well.",
        )
    images = training_cases(recipe, recipe_folder)
    parts = patient_folds(images, folds, recipe.fitting.seed)
    with report.stage("reading images", len(images)) as done:
        inputs = cached_inputs(images, recipe.input, runs / "inputs", done)
    boxes = boxes_in_inputs(images, recipe.input) if recipe.fitting.box_weight else None
    return PreparedFolds(recipe, recipe_folder, images, inputs, boxes, parts, hardware)


def fold_on_node(
    recipe: Recipe,
    recipe_folder: Path,
    runs: Path,
    run: Path,
    number: int,
    *,
    folds: int,
    hardware: Hardware,
    threads: int,
) -> FoldScores:
    """Train and measure fold `number` on a node of a cluster, going on from the checkpoint of a node that was lost.

    runs: where the inputs are. run: below which the checkpoint is. threads: cores to use.
    """
    start_tensorflow_on_node(threads)
    report = SilentReport()
    prepared = prepare_folds(recipe, recipe_folder, folds, runs, report, hardware=hardware)
    return prepared.trained(number, run, report)


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


def _scores(recipe: Recipe, chosen_by: Predictions, held_out: Predictions) -> dict[MetricOfLabel, Estimate]:
    """Return the headline metrics of `held_out` at the thresholds that `chosen_by` gives, as on a model's card."""
    columns = range(len(held_out.labels))
    thresholds = [youden_threshold(chosen_by.probabilities[:, c], chosen_by.targets[:, c]) for c in columns]
    measured = measure(held_out, thresholds, recipe.exclusive, recipe.ordered)
    for comparison in recipe.comparisons:
        measured += measure_comparison(comparison, chosen_by, held_out)
    return {(one.label, one.metric): one.estimate for one in measured}
