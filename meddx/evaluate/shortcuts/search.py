"""Search the whole frame for a small region on whose content the score depends strongly and steadily.

A third of the patients suggests regions, from coarse to fine; the others measure the few most suspicious, so that
the search itself accuses nobody. A mark of the scanner or the ward looks the same on every image that carries it, where
anatomy and disease vary from patient to patient and fill more of the frame. So a region is weighed by

    weight = share x steadiness / sqrt(area)

share: of the difference that the score makes between images with and without the label, the part that goes when the
region is exchanged between them (1 for the whole frame). steadiness: mean over standard deviation of that change over
pairs of images. area: the region's, as a share of the frame; both factors grow with it for evidence that is spread
out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import rankdata

from meddx.errors import Refused
from meddx.evaluate.shortcuts.regions import Region, coarse_regions, finer_regions
from meddx.evaluate.shortcuts.transplants import Donors, Scores, draw_donors, transplanted

ACCUSED_FROM = 1.0
"""Weight; docs/shortcuts.md says how it was chosen."""
MEASURED = 8
"""Regions and labels that are measured."""
SUGGESTED_BY, MEASURED_ON = 100, 200
"""Images at most."""
FEWEST_OF_A_KIND = 5
"""Images with and without a label in either part, at least."""
WIDEST_REGION = 0.25
"""Larger regions are no marks; of rings, which are long, any is measured."""
REFINED, ROUNDS = 5, 2
DONORS = 4
"""Pairs of donors for every image that is measured."""
RESAMPLES = 2000
MARK = 1 / 64
"""Area of the mark of which the search says how strong it must be, a square of an eighth of the frame's side."""
STEADINESS = 1.0
"""That of such a mark: as low as planted ones had it."""


@dataclass(frozen=True)
class RegionRow:
    """What one region does to the score of one label.

    share, steadiness, weight: as the module says; shift: mean change of the label's log-odds; weight_low: lower end of
    the one-sided 95 % interval, for all rows together.
    """

    region: Region
    label: str
    share: float
    shift: float
    steadiness: float
    weight: float
    weight_low: float

    @property
    def accused(self) -> bool:
        """Return whether so much lies in so little that it is no disease."""
        return self.weight_low > ACCUSED_FROM


@dataclass(frozen=True)
class RegionSearch:
    """The result of a search.

    rows: the measured regions, heaviest first; looked_at: regions that were looked at; n: images on which the rows were
    measured. detectable: the share of the score's difference that a mark of area MARK must carry to be found in four of
    five searches, above 1 where none would be; detectable_shift: the same in log-odds. auroc: of the label of the first
    row on these images; auroc_without: if that share of the difference were gone.
    """

    rows: tuple[RegionRow, ...]
    looked_at: int
    n: int
    detectable: float
    detectable_shift: float
    auroc: float
    auroc_without: float


@dataclass(frozen=True)
class _Images:
    """Network inputs (n, height, width, channels), labels bool (n, labels) and patients as numbers (n,)."""

    inputs: NDArray[np.float32]
    targets: NDArray[np.bool_]
    patients: NDArray[np.intp]

    def rows(self, rows: NDArray[np.intp]) -> "_Images":
        return _Images(self.inputs[rows], self.targets[rows], self.patients[rows])


def search(
    scores: Scores,
    inputs: NDArray[np.float32],
    targets: NDArray[np.bool_],
    groups: Sequence[str],
    names: Sequence[str],
    *,
    seed: int = 0,
    done: Callable[[float], None] = lambda _: None,
) -> RegionSearch:
    """Return what the search found in network inputs (n, height, width, channels) with their labels and patients.

    targets: bool (n, labels). done: called with the completed share. Chance depends on the seed only. Raises Refused
    where the parts have too few images with or without every label.
    """
    chance = np.random.default_rng(seed)
    _, patients = np.unique(np.asarray(groups), return_inverse=True)
    subsets = _subsets(targets, patients, chance)
    labels = [
        label
        for label in range(targets.shape[1])
        if all(FEWEST_OF_A_KIND <= targets[part, label].sum() <= len(part) - FEWEST_OF_A_KIND for part in subsets)
    ]
    if len(labels) == 2 and (targets[:, labels[0]] != targets[:, labels[1]]).all():
        labels = labels[1:]  # the other is its mirror image
    if not labels:
        raise Refused(
            "too-few-images",
            f"The search needs images of at least {2 * FEWEST_OF_A_KIND} patients with a label and without; give more.",
        )
    images = _Images(inputs, targets, patients)
    suggested, looked_at = _suggested(scores, images.rows(subsets[0]), labels, chance, lambda part: done(0.6 * part))
    measured_on = images.rows(subsets[1])
    x, truth, patient = measured_on.inputs, measured_on.targets, measured_on.patients
    donors = draw_donors(truth, patient, DONORS, chance)
    before = scores(x)
    regions = list(dict.fromkeys(region for region, _ in suggested))
    change: dict[Region, NDArray[np.float64]] = {}
    for number, region in enumerate(regions):
        moved = [transplanted(scores, x, donors.of, sort, region) for sort in (donors.alike, donors.unlike)]
        change[region] = moved[0] - moved[1]
        done(0.6 + 0.4 * (number + 1) / len(regions))
    without = _without_each(patient, donors)
    found, spread = [], []
    for region, label in suggested:
        pairs, sign = _pairs(truth, donors, label)
        of_label = sign * change[region][pairs, label]
        whole = sign * (before[donors.alike, label] - before[donors.unlike, label])[pairs]
        share, steadiness, weight = (float(one[0]) for one in _weigh(of_label, whole, region.area))
        found.append(RegionRow(region, names[label], share, float(of_label.mean()), steadiness, weight, weight))
        again = _weigh(of_label, whole, region.area, without[:, pairs])[2]
        spread.append(again - again.mean())
    # Jackknife over patients; one limit for all rows, the 95th percentile of the largest studentised deviation (max-t),
    # whose joint distribution comes from the same deviations under Gaussian multipliers.
    deviations = np.array(spread) * np.sqrt((len(without) - 1) / len(without))
    error = np.maximum(np.sqrt((deviations**2).sum(axis=1)), 1e-9)
    drawn = deviations @ chance.standard_normal((len(without), RESAMPLES))
    limit = float(np.quantile((drawn / error[:, np.newaxis]).max(axis=0), 0.95))
    measured = [
        RegionRow(row.region, row.label, row.share, row.shift, row.steadiness, row.weight, row.weight - limit * one)
        for row, one in zip(found, error, strict=True)
    ]
    measured.sort(key=lambda row: -row.weight_low)
    needed = ACCUSED_FROM + (limit + float(ndtri(0.8))) * float(np.median(error))
    detectable = float(needed * np.sqrt(MARK) / STEADINESS)
    label = list(names).index(measured[0].label)
    has = truth[:, label]
    difference = float(before[has, label].mean() - before[~has, label].mean())
    lost = min(detectable, 1.0) * max(difference, 0.0)
    return RegionSearch(
        rows=tuple(measured),
        looked_at=looked_at,
        n=len(x),
        detectable=detectable,
        detectable_shift=detectable * max(difference, 0.0),
        auroc=_auroc(before[:, label], has),
        auroc_without=_auroc(before[:, label] - lost * has, has),
    )


def _auroc(scores: NDArray[np.float64], has: NDArray[np.bool_]) -> float:
    """Return the probability that an image with the label scores above one without."""
    ranks = rankdata(scores)[has]
    return float((ranks.mean() - (len(ranks) + 1) / 2) / (~has).sum())


def _subsets(
    targets: NDArray[np.bool_], patients: NDArray[np.intp], chance: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows that suggest and those that are measured, of other patients, with as many of every label."""
    first = {int(patient): row for row, patient in reversed(list(enumerate(patients)))}
    shuffled = chance.permutation(np.array(list(first)))
    by_label = np.array(sorted(shuffled, key=lambda patient: tuple(targets[first[int(patient)]])))
    turn = np.arange(len(by_label)) % 3
    subsets = []
    for part, most in ((turn == 0, SUGGESTED_BY), (turn > 0, MEASURED_ON)):
        chosen = np.flatnonzero(np.isin(patients, by_label[part]))
        step = max(1.0, len(chosen) / most)
        in_order = chosen[np.lexsort(targets[chosen].T)]
        subsets.append(np.sort(in_order[np.unique((np.arange(0, len(chosen), step)).astype(np.intp))]))
    return subsets[0], subsets[1]


def _suggested(
    scores: Scores,
    images: _Images,
    labels: Sequence[int],
    chance: np.random.Generator,
    done: Callable[[float], None],
) -> tuple[list[tuple[Region, int]], int]:
    """Return the most suspicious regions, each with its label, and how many were looked at, from coarse to fine."""
    x, truth = images.inputs, images.targets
    donors = draw_donors(truth, images.patients, 1, chance)
    before = scores(x)
    weighed: dict[tuple[Region, int], float] = {}
    level, refined = coarse_regions(), set[Region]()
    for turn in range(ROUNDS + 1):
        for number, region in enumerate(level):
            change = before[donors.of] - transplanted(scores, x, donors.of, donors.unlike, region)
            for label in labels:
                pairs, sign = _pairs(truth, donors, label)
                whole = sign * (before[donors.of, label] - before[donors.unlike, label])[pairs]
                weighed[region, label] = float(_weigh(sign * change[pairs, label], whole, region.area)[2][0])
            done((turn + (number + 1) / len(level)) / (ROUNDS + 1))
        heaviest = sorted(
            {region for region, _ in weighed if finer_regions(region)} - refined,
            key=lambda region: -max(weighed[region, label] for label in labels),
        )[:REFINED]
        refined.update(heaviest)
        parts = [part for region in heaviest for part in finer_regions(region)]
        level = [part for part in dict.fromkeys(parts) if (part, labels[0]) not in weighed]
    small = [one for one in weighed if one[0].ring or one[0].area <= WIDEST_REGION / 4 + 1e-9]
    return sorted(small, key=lambda one: -weighed[one])[:MEASURED], len({region for region, _ in weighed})


def _pairs(truth: NDArray[np.bool_], donors: Donors, label: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the positions in `donors` where image and unlike donor differ in the label; +1 where the image has it."""
    pairs = np.flatnonzero(truth[donors.of, label] != truth[donors.unlike, label])
    return pairs, np.where(truth[donors.of[pairs], label], 1.0, -1.0)


def _without_each(patients: NDArray[np.intp], donors: Donors) -> NDArray[np.float64]:
    """Return weights (patients, n) of the pairs: 0 where that patient has a part in the pair, 1 elsewhere.

    Every image serves as recipient and as donor, so pairs are not independent; patients are.
    """
    _, number = np.unique(patients, return_inverse=True)
    every = np.arange(number.max() + 1)[:, np.newaxis]
    parts = (number[donors.of], number[donors.alike], number[donors.unlike])
    apart = np.all([part != every for part in parts], axis=0)
    return np.asarray(apart, np.float64)


def _weigh(
    change: NDArray[np.float64],
    whole: NDArray[np.float64],
    area: float,
    weights: NDArray[np.float64] | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return share, steadiness and weight, (k,) each, for weights (k, n) of the pairs; none: all equal.

    All are 0 where the whole frame moves nothing the right way, or nothing changes.
    """
    weights = np.ones((1, len(change))) if weights is None else weights
    total = weights.sum(axis=1)
    mean, full = weights @ change / total, weights @ whole / total
    deviation = np.sqrt(np.maximum(weights @ change**2 / total - mean**2, 0))
    share = np.divide(mean, full, out=np.zeros_like(mean), where=full > 0)
    steadiness = np.divide(mean, deviation, out=np.zeros_like(mean), where=deviation > 1e-9 * np.abs(full))
    return share, steadiness, np.where(mean > 0, share * steadiness, 0) / np.sqrt(area)
