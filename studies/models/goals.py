"""What the best model of each set was to reach, beside what it and the baseline did, as a table of Markdown."""

from collections.abc import Mapping
from dataclasses import dataclass

from meddx.evaluate import metric_registry
from meddx.model.registry import InstalledModel
from studies.models.balanced_accuracy import balanced_accuracy
from studies.models.folds import mean_over_folds


@dataclass(frozen=True)
class Goal:
    """A metric of the test set, over all labels or of one label or comparison, and what was asked of it.

    folds: whether it is the mean over the folds of cross-validation instead.
    """

    images: str
    baseline: str
    best: str
    label: str | None
    metric: str
    floor: float
    goal: float
    folds: bool = False


CHEST = ("chest_xray, official test", "chest-plain-cnn", "chest-efficientnet")
BRAIN = ("brain_tumor_mri, held-out blocks", "brain-tumor-plain-cnn", "brain-tumor-efficientnet")
BLOOD = ("bloodmnist", "bloodmnist-plain-cnn", "bloodmnist-efficientnet")
BREAST = ("breastmnist", "breastmnist-plain-cnn", "breastmnist-efficientnet")
ULTRASOUND = ("busbra, held-out cases", "busbra-plain-cnn", "busbra-efficientnet")
SKIN = ("ham10000, held-out lesions", "ham10000-plain-cnn", "ham10000-fusion")
ULTRASOUND_FOLDS = ("busbra, five-fold by case", *ULTRASOUND[1:])
ADULTS = ("nih_adult_cxr, held-out patients", "nih-adult-plain-cnn", "nih-adult-efficientnet")
ADULTS_FOLDS = ("nih_adult_cxr, five-fold by patient", *ADULTS[1:])
RETINA = ("retinamnist", "retinamnist-plain-cnn", "retinamnist-efficientnet")
PNEUMONIA = ("pneumoniamnist", "pneumoniamnist-plain-cnn", "pneumoniamnist-resnet")

GOALS = (
    Goal(*CHEST, "pneumonia against normal", "auroc", 0.960, 0.9875),
    Goal(*CHEST, "pneumonia against normal", "accuracy", 0.88, 0.928),
    Goal(*CHEST, "bacterial against viral", "auroc", 0.93, 0.95),
    Goal(*BRAIN, None, "accuracy", 0.90, 0.97),
    Goal(*BLOOD, None, "auroc", 0.998, 0.9995),
    Goal(*BLOOD, None, "accuracy", 0.965, 0.990),
    Goal(*BREAST, None, "auroc", 0.90, 0.94),
    Goal(*BREAST, None, "accuracy", 0.86, 0.906),
    Goal(*ULTRASOUND, None, "auroc", 0.88, 0.93),
    Goal(*ULTRASOUND_FOLDS, None, "auroc", 0.88, 0.93, folds=True),
    Goal(*SKIN, None, "balanced accuracy", 0.72, 0.80),
    Goal(*SKIN, None, "auroc", 0.935, 0.96),
    Goal(*ADULTS, None, "auroc", 0.85, 0.90),
    Goal(*ADULTS_FOLDS, None, "auroc", 0.85, 0.90, folds=True),
    Goal(*RETINA, None, "auroc", 0.72, 0.878),
    Goal(*RETINA, None, "accuracy", 0.52, 0.642),
    Goal(*PNEUMONIA, None, "auroc", 0.955, 0.991),
    Goal(*PNEUMONIA, None, "accuracy", 0.87, 0.946),
)
"""Floors and goals: published results on the same test sets, the goals those of larger images or larger networks."""


def goals_table(models: Mapping[str, InstalledModel]) -> list[str]:
    """Lines of the table. models: by id; one that is not shipped has no number in it."""
    head = ["| test set | measure | floor | goal | plain CNN | best model | reached |", "|---" * 7 + "|"]
    rows = []
    for goal in GOALS:
        metric = metric_registry.row(goal.metric)
        measure = f"{goal.label}: {metric.short}" if goal.label else metric.short
        found = _value(models, goal.best, goal)
        said = "not measured" if found is None else _said(found, goal)
        values = (_value(models, name, goal) for name in (goal.baseline, goal.best))
        numbers = " | ".join("-" if value is None else metric.text(value) for value in values)
        rows.append(f"| {goal.images} | {measure} | {goal.floor:g} | {goal.goal:g} | {numbers} | {said} |")
    return head + rows


def _value(models: Mapping[str, InstalledModel], name: str, goal: Goal) -> float | None:
    if name not in models:
        return None
    if goal.folds:
        return mean_over_folds(models[name].folder, goal.metric)
    if goal.metric == "balanced accuracy":
        return balanced_accuracy(models[name].folder)
    metrics = models[name].card.metrics
    found = (m.value for m in metrics if (m.set, m.label, m.name) == ("test", goal.label, goal.metric))
    return next(found, None)


def _said(value: float, goal: Goal) -> str:
    if value >= goal.goal:
        return "the goal"
    return "the floor" if value >= goal.floor else "less than the floor"
