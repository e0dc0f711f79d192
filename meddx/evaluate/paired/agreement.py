"""Measure how often two systems give the same answer, over all cases and in subgroups."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.intervals import Interval, wilson
from meddx.evaluate.paired.alignment import Aligned
from meddx.evaluate.paired.kappa import cohen_kappa, fleiss_kappa
from meddx.evaluate.paired.paired_means import mean_interval
from meddx.evaluate.paired.system import System

TRUTH = "true label"


@dataclass(frozen=True)
class Agreement:
    """The agreement of two systems on the n cases with `value` of `attribute`.

    Counts of cases by which system is right; same: proportion with the same answer; kappa: Cohen's.
    """

    attribute: str
    value: str
    n: int
    both_right: int
    only_a: int
    only_b: int
    both_wrong: int
    same: Interval
    kappa: Interval


def answering(aligned: Aligned, label: str | None) -> list[System]:
    """Return the systems that give answers: all where one label is called (None), else those that state thresholds."""
    return [system for system in aligned.systems if label is None or system.has_thresholds]


def agreement(aligned: Aligned, a: str, b: str, label: str | None = None) -> list[Agreement]:
    """Return the agreement of systems `a` and `b` over all cases, then by true label, then by every attribute.

    label: the answers to that label at each system's own threshold; None: the one label each calls (exclusive).
    """
    systems = {system.id: system for system in aligned.systems}
    both = systems[a], systems[b]
    predictions = both[0].predictions
    answers = [_answers(system, label) for system in both]
    if label is None:
        truth = predictions.targets.argmax(axis=1)
        words = aligned.labels
    else:
        truth = predictions.targets[:, aligned.labels.index(label)].astype(np.intp)
        words = (f"no {label}", label)
    named = (*(words[at] for at in truth),)
    known = {
        TRUTH: named,
        **{name: values for system in both for name, values in system.predictions.attributes.items()},
    }
    return [
        _measured((attribute, value), answers[0][rows], answers[1][rows], truth[rows], predictions.patients[rows])
        for attribute, value, rows in _subgroups(known, len(predictions))
    ]


def fleiss_agreement(aligned: Aligned, label: str | None = None) -> Interval | None:
    """Return Fleiss' kappa of all systems except consensus; None for fewer than three, where Cohen's applies.

    label: as in `agreement`. It measures how well they agree, not how often they are right.
    """
    answers = [_answers(system, label) for system in aligned.systems if system.kind != "consensus"]
    if len(answers) < 3:
        return None
    categories = len(aligned.labels) if label is None else 2
    counts = np.sum([answer[:, None] == np.arange(categories) for answer in answers], axis=0)
    _, own = np.unique(aligned.systems[0].predictions.patients, return_inverse=True)
    return fleiss_kappa(counts, own)


def _answers(system: System, label: str | None) -> NDArray[np.intp]:
    if label is None:
        return np.asarray(system.predictions.probabilities.argmax(axis=1))
    return np.asarray(system.calls[:, system.labels.index(label)].astype(np.intp))


def _subgroups(known: dict[str, tuple[str | None, ...]], n: int) -> Iterator[tuple[str, str, NDArray[np.intp]]]:
    yield "all cases", "", np.arange(n)
    for attribute, values in known.items():
        present = sorted({value for value in values if value is not None})
        for value in present:
            yield attribute, value, np.flatnonzero([one == value for one in values])


def _measured(
    named: tuple[str, str],
    one: NDArray[np.intp],
    two: NDArray[np.intp],
    truth: NDArray[np.intp],
    patients: NDArray[np.int64],
) -> Agreement:
    right_a, right_b = one == truth, two == truth
    _, own = np.unique(patients, return_inverse=True)
    same = wilson(int((one == two).sum()), len(one))
    if own.max() + 1 < len(one):
        low, high, _ = mean_interval((one == two).astype(float), own)
        if np.isfinite(low):
            same = Interval(same.value, max(0.0, low), min(1.0, high), "t over patients")
        else:
            many = int(own.max()) + 1
            same = wilson(same.value * many, many)
    return Agreement(
        *named,
        len(one),
        int((right_a & right_b).sum()),
        int((right_a & ~right_b).sum()),
        int((~right_a & right_b).sum()),
        int((~right_a & ~right_b).sum()),
        same,
        cohen_kappa(one, two, own),
    )
