"""Compare every pair of systems in every metric, with correction for the number of pairs."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from meddx.evaluate.paired.alignment import Aligned
from meddx.evaluate.paired.difference import PairedDifference
from meddx.evaluate.paired.holm import holm_adjusted
from meddx.evaluate.paired.pairwise_metrics import PAIRED_RESAMPLES, Pair
from meddx.evaluate.paired.resamples import Resamples
from meddx.types import Progress, no_progress

SPECIFICITY = 0.9
"""Default specificity at which sensitivities are compared."""


@dataclass(frozen=True)
class Comparison:
    """A comparison of aligned systems in all metrics.

    differences: over all labels first, then label by label; for each metric, every pair in the order of systems.
    """

    aligned: Aligned
    differences: tuple[PairedDifference, ...]

    def of(self, a: str, b: str, label: str | None = None) -> dict[str, PairedDifference]:
        """Return the differences of one pair and label (None: over all labels), by metric."""
        return {one.metric: one for one in self.differences if (one.a, one.b, one.label) == (a, b, label)}


def compare(
    aligned: Aligned,
    *,
    labels: Sequence[str | None] | None = None,
    specificity: float = SPECIFICITY,
    resamples: int = PAIRED_RESAMPLES,
    seed: int = 0,
    progress: Progress = no_progress,
) -> Comparison:
    """Compare every pair of systems with paired tests on the common cases.

    labels: which to compare, None among them standing for all labels together; default: everything. specificity: in
    (0, 1), at which sensitivities are compared besides at each system's own thresholds. Holm's correction is over the
    pairs in one metric and label, since the metrics of a pair answer different questions. progress: called several
    times a second with the (pair, label) that are done and all of them.
    """
    asked = comparable_labels(aligned) if labels is None else labels
    pairs = list(combinations(aligned.systems, 2))
    done = 0

    def told() -> None:
        progress(done, len(pairs) * len(asked), "Comparing")

    drawn = Resamples(aligned.systems[0].predictions.patients, resamples, seed, told)
    found: dict[tuple[str | None, str], list[PairedDifference]] = defaultdict(list)
    for a, b in pairs:
        for label in asked:
            for one in _of_label(Pair(a, b, drawn, told), label, specificity):
                found[one.label, one.metric].append(one)
            done += 1
    return Comparison(aligned, tuple(one for family in found.values() for one in _adjusted(family)))


def comparable_labels(aligned: Aligned) -> tuple[str | None, ...]:
    """Return the labels that can be compared: None for all together, where there are several, then each one."""
    return (*((None,) if len(aligned.labels) > 1 else ()), *aligned.labels)


def _of_label(pair: Pair, label: str | None, specificity: float) -> Iterator[PairedDifference]:
    """Yield the differences in one label, None standing for all together."""
    if label is None:
        yield from pair.overall()
        return
    column = pair.both[0].labels.index(label)
    yield from pair.of_label(column)
    if pair.scored:
        yield from pair.at_specificity(column, specificity)


def _adjusted(family: list[PairedDifference]) -> list[PairedDifference]:
    adjusted = holm_adjusted([one.p for one in family])
    return [replace(one, p_adjusted=p) for one, p in zip(family, adjusted, strict=True)]
