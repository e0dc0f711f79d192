"""Measure how far each intervention moves a model's answers beyond its control."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from meddx.errors import Refused
from meddx.evaluate.batched_inference import IMAGES_AT_ONCE, Forward
from meddx.evaluate.shortcuts.interventions import INTERVENTIONS
from meddx.evaluate.shortcuts.probe_table import ShortcutRow
from meddx.imaging.preprocessing import InputSpec
from meddx.types import Placement


@dataclass(frozen=True)
class ProbeImages:
    """Network inputs of a labelled set, with what the probe needs to know of each.

    inputs: float32 (n, height, width, channels); placements, groups: (n,) where each image lies in its input, and its
    patient; targets: bool (n, labels) which labels are true of it.
    """

    inputs: NDArray[np.float32]
    placements: Sequence[Placement]
    groups: Sequence[str]
    targets: NDArray[np.bool_]


@dataclass(frozen=True)
class ProbeAnswers:
    """The log-odds of the labels with and without each intervention.

    before: (n, labels), of the images as they are; changed, controls: (k, n, labels), with each of INTERVENTIONS and
    with its control.
    """

    before: NDArray[np.float64]
    changed: NDArray[np.float64]
    controls: NDArray[np.float64]


def probe(
    ask: Forward,
    images: ProbeImages,
    spec: InputSpec,
    *,
    exclusive: bool,
    seed: int = 0,
    done: Callable[[int], None] = lambda _: None,
) -> ProbeAnswers:
    """Apply every intervention to every image and return the model's answers.

    done: called with the number of interventions completed. An image is changed where it lies, not in its padding.
    Swaps take from an image of other labels, where there is one. Chance depends on the seed only.
    """

    def asked(inputs: NDArray[np.float32]) -> NDArray[np.float64]:
        parts = [ask(inputs[start : start + IMAGES_AT_ONCE]) for start in range(0, len(inputs), IMAGES_AT_ONCE)]
        return label_log_odds(np.concatenate(parts), exclusive)

    generator = np.random.default_rng(seed)
    others = _others(images.targets, generator)
    answers = []
    for number, intervention in enumerate(INTERVENTIONS):
        done(number)
        changed, controls = images.inputs.copy(), images.inputs.copy()
        for index in range(len(images.inputs)):
            image, other = (_shown(images, one, spec) for one in (index, others[index]))
            if other.shape != image.shape:
                other = image
            place = _place(images.placements[index], spec)
            for target, shown in zip((changed, controls), intervention.apply(image, other, generator), strict=True):
                target[index][place] = shown * (spec.high - spec.low) + spec.low
        answers.append((asked(changed), asked(controls)))
    done(len(INTERVENTIONS))
    moved, controls_moved = (np.stack(column) for column in zip(*answers, strict=True))
    return ProbeAnswers(asked(images.inputs), moved, controls_moved)


def probe_rows(answers: ProbeAnswers, images: ProbeImages, names: Sequence[str]) -> list[ShortcutRow]:
    """Return a row for every intervention and every label that some of the images have and some lack.

    names: the labels in the order of the outputs. Raises Refused where no label is on some of the images only.
    """
    two_sided = [one for one, of in enumerate(images.targets.T) if of.any() and not of.all()]
    if not two_sided:
        raise Refused(
            "one-sided-set",
            "The probe needs images with and without a label; these are all labelled alike: add others.",
        )
    spread = answers.before.std(axis=0)
    spread[spread == 0] = np.inf  # an answer that never moves is moved by nothing
    z = -float(ndtri(0.025 / (len(INTERVENTIONS) * len(two_sided))))  # Bonferroni: all intervals hold together
    _, patient = np.unique(np.asarray(images.groups), return_inverse=True)
    rows = []
    for number, intervention in enumerate(INTERVENTIONS):
        excess = (answers.changed[number] - answers.controls[number]) / spread
        for label in two_sided:
            has = images.targets[:, label]
            lost, lost_error = _mean(excess[:, label], np.where(has, -1 / has.sum(), 1 / (~has).sum()), has, patient)
            pushed, pushed_error = _mean(excess[:, label], np.full(len(has), 1 / len(has)), np.zeros(len(has)), patient)
            rows.append(
                ShortcutRow(
                    kind=intervention.kind,
                    what=intervention.what,
                    label=names[label],
                    lost=lost,
                    lost_low=lost - z * lost_error,
                    lost_high=lost + z * lost_error,
                    pushed=pushed,
                    pushed_low=pushed - z * pushed_error,
                    pushed_high=pushed + z * pushed_error,
                    n=len(has),
                )
            )
    return rows


def label_log_odds(logits: NDArray[np.floating], exclusive: bool) -> NDArray[np.float64]:
    """Return the log-odds (n, labels) of each label.

    A label's logit against all others together, or the logit itself where labels are independent.
    """
    wide = logits.astype(np.float64)
    if not exclusive:
        return wide
    columns = range(wide.shape[1])
    return np.stack([wide[:, one] - np.logaddexp.reduce(np.delete(wide, one, axis=1), axis=1) for one in columns], 1)


def _mean(
    values: NDArray[np.float64], weights: NDArray[np.float64], side: NDArray[np.generic], patient: NDArray[np.intp]
) -> tuple[float, float]:
    """Return the weighted sum and its standard error, with patients as the sampling unit.

    side: the part of the images to which each belongs; each part is centred at its own mean.
    """
    centred = values.copy()
    for one in np.unique(side):
        centred[side == one] -= values[side == one].mean()
    of_patient = np.bincount(patient, weights * centred)
    many = len(of_patient)
    return float(weights @ values), float(np.sqrt((of_patient**2).sum() * many / max(many - 1, 1)))


def _others(targets: NDArray[np.bool_], generator: np.random.Generator) -> list[int]:
    """Return for each image another with other labels, at random.

    It is any other image where all are labelled alike.
    """
    chosen = []
    for index, own in enumerate(targets):
        different = np.flatnonzero((targets != own).any(axis=1))
        alike = np.delete(np.arange(len(targets)), index)
        pool = next((rows for rows in (different, alike) if len(rows)), np.array([index]))
        chosen.append(int(generator.choice(pool)))
    return chosen


def _place(placement: Placement, spec: InputSpec) -> tuple[slice, slice]:
    seen = placement.visible
    rows = slice(round(seen.top * spec.height), round(seen.bottom * spec.height))
    return rows, slice(round(seen.left * spec.width), round(seen.right * spec.width))


def _shown(images: ProbeImages, index: int, spec: InputSpec) -> NDArray[np.float32]:
    part = images.inputs[index][_place(images.placements[index], spec)]
    shown: NDArray[np.float32] = np.clip((part - spec.low) / (spec.high - spec.low), 0, 1, dtype=np.float32)
    return shown
