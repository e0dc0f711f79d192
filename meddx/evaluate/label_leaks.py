"""Find the fields of a record that give the label away: by their values alone, or by where they are missing.

What is written down after the diagnosis, or asked only of those who are ill, tells the label and would not be there
when a model is needed. Each is measured as a classifier of its own on patients left out, and doubted until a
permutation of the patients' labels shows that chance does not do as well (Ojala and Garriga 2010, JMLR 11, 1833).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from meddx.evaluate.case_records import record_inputs
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.model.record_encoding import slices
from meddx.model.record_fields import NumberField, RecordField

VALUE_LIMIT, MISSING_LIMIT = 0.9, 0.65
"""AUROC from which a field's values, and the pattern of what is missing, are too good to be true."""
SIGNIFICANCE = 0.05
"""Of the permutation test, shared between all that is tested (Bonferroni)."""
PARTS_LEFT_OUT, MOST_BINS = 5, 10
PATTERN = "what is missing"


@dataclass(frozen=True)
class LabelLeak:
    """How well one field, or the pattern of missing values, tells a label. name: PATTERN for the latter.

    label: the one it tells best; auroc: on patients left out; p: of the permutation test, 1 where it was not needed.
    n: cases; gives_away: whether to warn.
    """

    name: str
    label: str
    auroc: float
    p: float
    n: int
    gives_away: bool

    @property
    def sentence(self) -> str:
        """Return the warning, one sentence."""
        what = "Which fields are missing" if self.name == PATTERN else f"The field {self.name}"
        alone = "" if self.name == PATTERN else " alone"
        return (
            f"{what}{alone} tells {self.label} with an AUROC of {self.auroc:.2f} on {self.n} training cases: it may "
            "have been written down because of the diagnosis, and would then not be there when the model is used."
        )


def label_leaks(fields: Sequence[RecordField], images: LabelledSet, seed: int = 0) -> tuple[LabelLeak, ...]:
    """Return how well each field, and the pattern of missing values, tells the labels of a set.

    Fields that are hardly ever given, and a pattern that never changes, are not in it.
    """
    if not fields:
        return ()
    values = record_inputs(fields, images.cases)
    places = slices(fields)
    missing = np.stack([values[:, place.stop - 1] == 1 for place in places.values()], axis=1)
    candidates: list[tuple[str, NDArray[np.intp], NDArray[np.intp], float]] = []
    for column, field in enumerate(fields):
        rows = np.flatnonzero(~missing[:, column])
        if len(rows) >= 2 * PARTS_LEFT_OUT:
            candidates.append((field.name, rows, _bins(field, values[rows, places[field.name]]), VALUE_LIMIT))
    _, pattern = np.unique(missing, axis=0, return_inverse=True)
    candidates.append((PATTERN, np.arange(len(values)), pattern.ravel(), MISSING_LIMIT))
    tested = [one for one in candidates if len(np.unique(one[2])) > 1]
    targets, random = images.targets(), np.random.default_rng(seed)
    level = SIGNIFICANCE / max(1, len(tested) * targets.shape[1])
    permutations = int(np.ceil(1 / level))  # as many as it takes to fall below the level at all
    found = []
    for name, rows, bins, limit in tested:
        groups = _numbers(images.groups[rows])
        scores = [(_auroc_left_out(bins, groups, targets[rows, label]), label) for label in range(targets.shape[1])]
        auroc, label = max(scores)
        p = 1.0
        if auroc >= limit:
            p = _permuted(bins, groups, targets[rows, label], auroc, permutations=permutations, random=random)
        found.append(LabelLeak(name, images.labels[label], auroc, p, len(rows), auroc >= limit and p <= level))
    return tuple(found)


def _bins(field: RecordField, values: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return the bin of each value (n,): a category's value, or a number's tenth of the distribution."""
    if not isinstance(field, NumberField):
        return np.asarray(np.unique(values, axis=0, return_inverse=True)[1].ravel(), np.intp)
    edges = np.unique(np.quantile(values[:, 0], np.linspace(0, 1, MOST_BINS + 1)[1:-1]))
    return np.asarray(np.searchsorted(edges, values[:, 0], side="right"), np.intp)


def _numbers(groups: NDArray[np.str_]) -> NDArray[np.intp]:
    return np.asarray(np.unique(groups, return_inverse=True)[1].ravel(), np.intp)


def _auroc_left_out(bins: NDArray[np.intp], groups: NDArray[np.intp], true: NDArray[np.bool_]) -> float:
    """Return the AUROC of each bin's share of the label among other patients, 0.5 where it cannot be measured.

    bins, groups, true: (n,). A bin of few patients is drawn towards the share in all. Ranks are taken within a part of
    the patients, whose scores are of one model, and averaged over parts.
    """
    part = np.random.default_rng(0).permutation(groups.max() + 1)[groups] % PARTS_LEFT_OUT
    total, weight = 0.0, 0
    for number in range(PARTS_LEFT_OUT):
        inside = part == number
        positives = int(true[inside].sum())
        pairs = positives * (int(inside.sum()) - positives)
        if not pairs or not (~inside).any():
            continue
        count = np.bincount(bins[~inside], minlength=bins.max() + 1)
        hits = np.bincount(bins[~inside], weights=true[~inside], minlength=bins.max() + 1)
        share = (hits + 2 * true[~inside].mean()) / (count + 2)
        ranks = rankdata(share[bins[inside]])
        total += ranks[true[inside]].sum() - positives * (positives + 1) / 2
        weight += pairs
    return total / weight if weight else 0.5


def _permuted(
    bins: NDArray[np.intp],
    groups: NDArray[np.intp],
    true: NDArray[np.bool_],
    auroc: float,
    *,
    permutations: int,
    random: np.random.Generator,
) -> float:
    """Return the share of permutations of the patients' labels that do at least as well, (b + 1) / (m + 1), or more.

    Labels move between patients with equally many cases, all of a patient's together.
    """
    order = np.argsort(groups, kind="stable")
    first = np.concatenate([[0], np.flatnonzero(np.diff(groups[order])) + 1])
    size = np.diff(np.concatenate([first, [len(order)]]))
    blocks = [order[first[size == one][:, np.newaxis] + np.arange(one)] for one in np.unique(size)]
    as_good, moved = 0, true.copy()
    for _ in range(permutations):
        for block in blocks:
            moved[block] = true[block[random.permutation(len(block))]]
        as_good += _auroc_left_out(bins, groups, moved) >= auroc
        if as_good:  # one is too many for any of the levels
            break
    return (as_good + 1) / (permutations + 1)
