"""Combine several systems into a consensus: their mean probability or their majority vote."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from meddx.errors import Refused
from meddx.evaluate.operating_point import youden_threshold
from meddx.evaluate.paired.alignment import Aligned
from meddx.evaluate.paired.system import System


def with_consensus(
    aligned: Aligned, validation: Aligned | None = None, *, mean: bool = False, majority: bool = False
) -> Aligned:
    """Return the aligned systems with the requested consensus as further systems.

    validation: the same systems on validation cases, on which the thresholds of their mean are chosen
    (mean_probability). Raises Refused for a mean of scores that are no probabilities, and a majority of systems without
    thresholds.
    """
    added = []
    if mean and not all(system.predictions.are_probabilities for system in aligned.systems):
        raise Refused("no-probabilities", "A mean needs probabilities, and some scores are none; leave out mean.")
    if majority and not all(system.has_thresholds for system in aligned.systems):
        raise Refused("no-threshold", "A majority needs calls, and some system states no threshold; type --threshold.")
    if mean:
        same = validation is not None and validation.labels == aligned.labels
        added.append(mean_probability(aligned.systems, validation.systems if validation and same else ()))
    if majority:
        added.append(majority_vote(aligned.systems))
    return replace(aligned, systems=(*aligned.systems, *added))


def mean_probability(systems: Sequence[System], validation: Sequence[System] = ()) -> System:
    """Return the mean of the calibrated probabilities of aligned, scored systems.

    validation: the same systems on common validation cases, in the same order; the thresholds are chosen on them by
    Youden's index, as those of the cards are. Without them a label's threshold is the mean of the members'.
    """
    p = _mean(systems)
    if validation:
        chosen, truth = _mean(validation), validation[0].predictions.targets
        thresholds = tuple(youden_threshold(chosen[:, c], truth[:, c]) for c in range(p.shape[1]))
    else:
        thresholds = tuple(np.mean([system.thresholds for system in systems], axis=0).tolist())
    return _together(systems, "consensus-mean", "their mean", p, thresholds, scored=True)


def majority_vote(systems: Sequence[System]) -> System:
    """Return the majority vote of systems, each at its own threshold; the mean probability decides a tie.

    Exclusive labels: the label that most systems find most probable. The result calls labels and has no probabilities.
    """
    mean = _mean([system for system in systems if system.scored] or systems)
    if all(system.exclusive for system in systems):
        labels = mean.shape[1]
        votes = sum(np.eye(labels)[system.predictions.probabilities.argmax(axis=1)] for system in systems)
        called = np.eye(labels)[(votes + mean / 2).argmax(axis=1)]  # a mean is at most 1: it only breaks a tie
    else:
        share = np.mean([system.calls for system in systems], axis=0)
        limit = np.mean(
            [system.thresholds for system in systems if system.scored] or [system.thresholds for system in systems],
            axis=0,
        )
        called = np.where(share == 0.5, mean >= limit, share > 0.5).astype(np.float64)
    half = (0.5,) * mean.shape[1]
    return _together(systems, "consensus-majority", "their majority", called, half, scored=False)


def cost(system: System) -> str:
    """Return a sentence on the computational cost of a consensus."""
    known = f"{system.parameters:,} parameters" if system.parameters is not None else "an unknown number of parameters"
    return f"{system.title.capitalize()} asks every one of them about each image: {known} in all."


def _mean(systems: Sequence[System]) -> NDArray[np.float64]:
    return np.asarray(np.mean([system.predictions.probabilities for system in systems], axis=0), np.float64)


def _together(
    systems: Sequence[System],
    name: str,
    title: str,
    p: NDArray[np.float64],
    thresholds: tuple[float, ...],
    *,
    scored: bool,
) -> System:
    first = systems[0]
    known = [system.parameters for system in systems]
    safe = np.clip(p, 1e-12, 1 - 1e-12)
    logits = np.log(safe) if first.exclusive else logit(safe)
    return System(
        name,
        title,
        "consensus",
        replace(first.predictions, probabilities=p, logits=logits.astype(np.float32)),
        thresholds,
        first.codes,
        exclusive=all(system.exclusive for system in systems),
        scored=scored,
        parameters=None if None in known else sum(one for one in known if one is not None),
    )
