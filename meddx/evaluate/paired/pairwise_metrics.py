"""Compute the paired difference, interval and test of every metric for two systems on the same cases."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from meddx.evaluate import metric_registry
from meddx.evaluate.arrays import Floats
from meddx.evaluate.confusion_metrics import FN, FP, TN, TP
from meddx.evaluate.delong import Area
from meddx.evaluate.influence_functions import RankedScores
from meddx.evaluate.metric import AtSpecificity, Metric, OfBins, OfCases, OfCounts, OfRanks
from meddx.evaluate.paired import weighted_metrics
from meddx.evaluate.paired.difference import SAME_LABEL, SAME_RANKING, PairedDifference, PairedTest
from meddx.evaluate.paired.mcnemar import proportion_difference
from meddx.evaluate.paired.paired_bootstrap import resampled_difference
from meddx.evaluate.paired.paired_calibration import calibration_difference
from meddx.evaluate.paired.paired_delong import area_difference, mean_area
from meddx.evaluate.paired.paired_means import mean_difference
from meddx.evaluate.paired.resamples import Resamples
from meddx.evaluate.paired.system import System
from meddx.evaluate.paired.weighted_metrics import LabelScores

PAIRED_RESAMPLES = 1000
Both = tuple[LabelScores, LabelScores]


class Pair:
    """A pair of systems with the same cases and labels; every difference is A minus B."""

    def __init__(self, a: System, b: System, resamples: Resamples, told: Callable[[], None] = lambda: None) -> None:
        """Take two aligned systems and resamples of their cases. told: called several times a second."""
        self.both, self.resamples, self.told = (a, b), resamples, told
        self.targets = a.predictions.targets
        self.patients = a.predictions.patients
        self.n_patients = a.predictions.n_patients
        self.scored = a.scored and b.scored
        self.exclusive = a.exclusive and b.exclusive
        self.probable = self.scored and a.predictions.are_probabilities and b.predictions.are_probabilities
        self.called = a.has_thresholds and b.has_thresholds
        self.one_network = a.network is not None and a.network == b.network
        self.ranked_alike = self.one_network and a.ranks_by_logit and b.ranks_by_logit

    def of_label(self, column: int) -> list[PairedDifference]:
        """Return the differences in one label against the rest, each system at its own threshold of it."""
        label = self.both[0].labels[column]
        asked = self._asked(column, [system.calls for system in self.both])
        return [
            self._difference(metric, label, self._known(metric, [asked], self._of_label(metric, asked)))
            for metric in self._compared(self.called)
            if not isinstance(metric.of, AtSpecificity)
        ]

    def overall(self) -> list[PairedDifference]:
        """Return the differences over all labels.

        These are means over labels (macro), but of the joint answers in accuracy, Brier score, log loss and calibration
        where labels exclude each other.
        """
        called = [_called(system) if self.exclusive else system.calls for system in self.both]
        asked = [self._asked(column, called) for column in range(len(self.both[0].labels))]
        return [
            self._difference(metric, None, self._known(metric, asked, self._overall(metric, asked), overall=True))
            for metric in self._compared(self.called or self.exclusive)
            if not isinstance(metric.of, AtSpecificity)
        ]

    def at_specificity(self, column: int, specificity: float) -> list[PairedDifference]:
        """Return the differences at this specificity or above on these cases instead of at own thresholds."""
        asked = self._asked(column, [system.calls for system in self.both])
        label = self.both[0].labels[column]
        return [
            self._difference(
                metric.at(specificity),
                label,
                self._known(metric, [asked], self._resampled(metric.of.at(specificity), asked)),
            )
            for metric in self._compared(self.called)
            if isinstance(metric.of, AtSpecificity)
        ]

    def _compared(self, called: bool) -> list[Metric]:
        """Return the metrics with a paired test whose inputs (calls, scores or probabilities) both systems have."""

        def is_met(metric: Metric) -> bool:
            if metric.needs_probabilities:
                return self.probable
            return self.scored if metric.needs_scores else called

        return [metric for metric in metric_registry.metrics() if metric.paired is not None and is_met(metric)]

    def _of_label(self, metric: Metric, asked: Both) -> PairedTest:
        of, positive = metric.of, asked[0].positive
        if metric.paired == "bootstrap" and metric.resampled is not None:
            return self._resampled(metric.resampled, asked, self._deciding(metric, [asked]))
        if isinstance(of, OfCounts):
            among = _among(metric, positive)
            right = [(question.called == question.positive)[among] for question in asked]
            return proportion_difference(right[0], right[1], self.patients[among])
        if isinstance(of, OfRanks):
            areas = [self._area(of, question) for question in asked]
            return area_difference(areas[0], areas[1], self.patients)
        if isinstance(of, OfCases):
            return self._mean([of.function(question.scores, positive) for question in asked])
        if isinstance(of, OfBins):
            return self._calibration([(question.scores, positive) for question in asked], self.patients)
        raise TypeError(f"no paired test of one label in {metric.name}")

    def _overall(self, metric: Metric, asked: Sequence[Both]) -> PairedTest:
        of = metric.of
        if isinstance(of, OfCounts) and of.of_answers and metric.paired == "mcnemar":
            first, second = (self._right([both[at] for both in asked]) for at in (0, 1))
            return proportion_difference(first.ravel(), second.ravel(), np.repeat(self.patients, first.shape[1]))
        if isinstance(of, OfRanks) and metric.paired == "delong":
            areas = [mean_area([self._area(of, both[at]) for both in asked]) for at in (0, 1)]
            return area_difference(areas[0], areas[1], self.patients)
        p = [system.predictions.probabilities for system in self.both]
        if isinstance(of, OfCases):
            return self._mean([self._losses(of, one) for one in p])
        if isinstance(of, OfBins):
            return self._calibration(*self._answers(p))
        if metric.resampled is None:
            raise TypeError(f"no paired test over labels in {metric.name}")
        by_system = (tuple(one for one, _ in asked), tuple(other for _, other in asked))
        return self._resampled(_macro(metric.resampled), by_system, self._deciding(metric, asked))

    def _known(self, metric: Metric, asked: Sequence[Both], found: PairedTest, *, overall: bool = False) -> PairedTest:
        """Return 0 without a test where it cannot be anything else, on these cases or any: of one network.

        What was found on the cases otherwise: there may be too few cases to tell two systems apart that differ.
        """
        if not np.isfinite(found.first):
            return found
        test = ""
        if isinstance(metric.of, OfRanks | AtSpecificity) and self.ranked_alike and all(map(_same_order, asked)):
            test = SAME_RANKING
        elif isinstance(metric.of, OfCounts) and overall and self.exclusive and self.one_network:
            test = SAME_LABEL if all((one.called == other.called).all() for one, other in asked) else ""
        return found._replace(second=found.first, low=0.0, high=0.0, p=float("nan"), test=test) if test else found

    def _right(self, asked: Sequence[LabelScores]) -> NDArray[np.bool_]:
        """Return whether the answers are right: (n, 1), of the one label called, where exclusive, else (n, labels)."""
        called = np.stack([question.called for question in asked], axis=1)
        if self.exclusive:
            return np.asarray((called & self.targets).any(axis=1, keepdims=True))
        return np.asarray(called == self.targets)

    def _asked(self, column: int, called: list[NDArray[np.bool_]]) -> Both:
        one, other = (
            LabelScores(system.predictions.probabilities[:, column], of[:, column], self.targets[:, column])
            for system, of in zip(self.both, called, strict=True)
        )
        return one, other

    def _area(self, of: OfRanks, question: LabelScores) -> Area:
        """Return the area with case-wise contributions, NaN for a label that all cases have, or none."""
        if question.positive.all() or not question.positive.any():
            return Area(float("nan"), np.full(len(question.positive), np.nan), 0)
        found = of.function(RankedScores(question.scores, question.positive), self.patients)
        return Area(found.value, found.of_case, self._patients_of_rarer_kind(question.positive, (True, False)))

    def _losses(self, of: OfCases, p: Floats) -> Floats:
        if self.exclusive:
            return of.of_answers(p, self.targets)
        columns = range(p.shape[1])
        return np.asarray(np.mean([of.function(p[:, at], self.targets[:, at]) for at in columns], axis=0))

    def _resampled(
        self,
        metric: Callable[[weighted_metrics.Scored, Floats], Floats],
        asked: tuple[weighted_metrics.Scored, weighted_metrics.Scored],
        deciding: int | None = None,
    ) -> PairedTest:
        return resampled_difference(metric, asked, self.resamples, self.n_patients, deciding)

    def _deciding(self, metric: Metric, asked: Sequence[Both]) -> int | None:
        """Return the number of patients with different calls; None for metrics of more than calls."""
        if not isinstance(metric.of, OfCounts):
            return None
        differ = np.any([first.called != second.called for first, second in asked], axis=0)
        return len(np.unique(self.patients[differ]))

    def _mean(self, losses: list[Floats]) -> PairedTest:
        return mean_difference(losses[0], losses[1], self.patients)

    def _answers(self, p: list[Floats]) -> tuple[list[tuple[Floats, NDArray[np.bool_]]], NDArray[np.int64]]:
        """Return confidences, whether they were right, and patients.

        Of the label called where exclusive, else of every (case, label).
        """
        if not self.exclusive:
            return [(one.ravel(), self.targets.ravel()) for one in p], np.repeat(self.patients, p[0].shape[1])
        rows = np.arange(len(self.patients))
        best = [one.argmax(axis=1) for one in p]
        answers = [(one[rows, at], self.targets[rows, at]) for one, at in zip(p, best, strict=True)]
        return answers, self.patients

    def _calibration(self, answers: list[tuple[Floats, NDArray[np.bool_]]], patients: NDArray[np.int64]) -> PairedTest:
        (p_a, right_a), (p_b, right_b) = answers
        swaps = len(self.resamples)
        return calibration_difference((p_a, p_b), (right_a, right_b), patients, swaps=swaps, told=self.told)

    def _difference(self, metric: Metric, label: str | None, found: PairedTest) -> PairedDifference:
        fewest = self._fewest(metric, label)
        return PairedDifference(self.both[0].id, self.both[1].id, metric.name, label, **found._asdict(), fewest=fewest)

    def _fewest(self, metric: Metric, label: str | None) -> int:
        """Return the number of patients of the rarest kind (with or without a label, or all) that the metric counts."""
        of = metric.of
        if isinstance(of, OfCases | OfBins) or (isinstance(of, OfCounts) and of.of_answers):
            return self.n_patients
        columns = self.targets.T if label is None else self.targets.T[[self.both[0].labels.index(label)]]
        among = set(metric.share[1]) if metric.share else set()
        kinds = {frozenset({TP, FN}): (True,), frozenset({FP, TN}): (False,)}.get(frozenset(among), (True, False))
        return min(self._patients_of_rarer_kind(column, kinds) for column in columns)

    def _patients_of_rarer_kind(self, positive: NDArray[np.bool_], kinds: Sequence[bool]) -> int:
        return min(len(np.unique(self.patients[positive == kind])) for kind in kinds)


def _same_order(both: Both) -> bool:
    """Return whether both systems' scores put the cases in the same order, with the same ties."""
    first, second = (rankdata(one.scores, "dense") for one in both)
    return bool((first == second).all())


def _called(system: System) -> NDArray[np.bool_]:
    p = system.predictions.probabilities
    return np.asarray(p.argmax(axis=1)[:, None] == np.arange(p.shape[1]))


def _among(metric: Metric, positive: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the cases (n,) in the metric's denominator: those with the label, those without, or all."""
    share = metric.share
    counted = set(share[1]) if share else set()
    return np.where(positive, counted >= {TP, FN}, counted >= {FP, TN})


def _macro(
    metric: Callable[[LabelScores, Floats], Floats],
) -> Callable[[tuple[LabelScores, ...], Floats], Floats]:
    def mean(questions: tuple[LabelScores, ...], weights: Floats) -> Floats:
        return np.asarray(np.mean([metric(question, weights) for question in questions], axis=0))

    return mean
