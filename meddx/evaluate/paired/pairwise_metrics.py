"""Every metric of two systems on the same cases, each with its difference, interval and test."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.assessment import EPSILON
from meddx.evaluate.delong import area
from meddx.evaluate.paired import weighted_metrics
from meddx.evaluate.paired.difference import PairedDifference, PairedTest
from meddx.evaluate.paired.mcnemar import proportion_difference
from meddx.evaluate.paired.paired_bootstrap import resampled_difference
from meddx.evaluate.paired.paired_calibration import calibration_difference
from meddx.evaluate.paired.paired_delong import area_difference, mean_area
from meddx.evaluate.paired.paired_means import mean_difference
from meddx.evaluate.paired.system import System
from meddx.evaluate.paired.weighted_metrics import FloatArray, LabelScores

RESAMPLES = 1000
BOOTSTRAPPED = ("precision", "npv", "balanced accuracy", "f1", "mcc")


class Pair:
    """Two systems with the same cases and labels; every difference is A minus B."""

    def __init__(self, a: System, b: System, weights: FloatArray) -> None:
        """weights: (resamples, n), see weighted.resampled."""
        self.both, self.weights = (a, b), weights
        self.targets = a.predictions.targets
        self.patients = a.predictions.patients
        self.n_patients = a.predictions.n_patients
        self.scored = a.scored and b.scored
        self.exclusive = a.exclusive and b.exclusive

    def of_label(self, column: int) -> list[PairedDifference]:
        """One label against the rest, each system at its own threshold of it."""
        name = self.both[0].labels[column]
        positive = self.targets[:, column]
        asked = self._asked(column, [system.calls for system in self.both])
        found = {
            "recall": self._share(asked, positive),
            "specificity": self._share(asked, ~positive),
            "accuracy": self._share(asked, np.ones_like(positive)),
        } | {metric: self._resampled(weighted_metrics.OF_LABEL[metric], asked) for metric in BOOTSTRAPPED}
        if self.scored:
            areas = [area(question.scores, positive, self.patients) for question in asked]
            scores = [question.scores for question in asked]
            found |= {
                "auroc": area_difference(areas[0], areas[1], self.patients),
                "average precision": self._resampled(weighted_metrics.weighted_average_precision, asked),
                "brier": self._mean([(p - positive) ** 2 for p in scores]),
                "log loss": self._mean([_surprise(np.where(positive, p, 1 - p)) for p in scores]),
                "expected calibration error": self._calibration([(p, positive) for p in scores], self.patients),
            }
        return [self._difference(metric, name, one) for metric, one in found.items()]

    def overall(self) -> list[PairedDifference]:
        """Over all labels: means over labels (macro), but accuracy, Brier, log loss and calibration of the answer."""
        columns = range(len(self.both[0].labels))
        called = [_called(system) if self.exclusive else system.calls for system in self.both]
        asked = [self._asked(column, called) for column in columns]
        by_system = (tuple(one for one, _ in asked), tuple(other for _, other in asked))
        right = [self._right(of) for of in called]
        repeated = np.repeat(self.patients, right[0].shape[1])
        found = {"accuracy": proportion_difference(right[0].ravel(), right[1].ravel(), repeated)} | {
            metric: self._resampled(_macro(metric), by_system)
            for metric in ("recall", "specificity", "balanced accuracy", "f1")
        }
        if self.scored:
            areas = [mean_area([area(q.scores, q.positive, self.patients) for q in of]) for of in by_system]
            p = [system.predictions.probabilities for system in self.both]
            found |= {
                "auroc": area_difference(areas[0], areas[1], self.patients),
                "average precision": self._resampled(_macro("average precision"), by_system),
                "brier": self._mean([self._squares(one) for one in p]),
                "log loss": self._mean([self._log_loss(one) for one in p]),
                "expected calibration error": self._calibration(*self._answers(p)),
            }
        return [self._difference(metric, None, one) for metric, one in found.items()]

    def at_specificity(self, column: int, specificity: float) -> PairedDifference:
        """Sensitivities where each has at least this specificity on these cases, instead of at its own threshold."""
        asked = self._asked(column, [system.calls for system in self.both])

        def metric(question: LabelScores, weights: FloatArray) -> FloatArray:
            return weighted_metrics.sensitivity_at(question, weights, specificity)

        found = self._resampled(metric, asked)
        return self._difference(f"recall at specificity {specificity:.3f}", self.both[0].labels[column], found)

    def _right(self, called: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """(n, 1) whether the one label called is true where exclusive, else (n, labels)."""
        if self.exclusive:
            return np.asarray((called & self.targets).any(axis=1, keepdims=True))
        return np.asarray(called == self.targets)

    def _asked(self, column: int, called: list[NDArray[np.bool_]]) -> tuple[LabelScores, LabelScores]:
        one, other = (
            LabelScores(system.predictions.probabilities[:, column], of[:, column], self.targets[:, column])
            for system, of in zip(self.both, called, strict=True)
        )
        return one, other

    def _share(self, asked: tuple[LabelScores, LabelScores], among: NDArray[np.bool_]) -> PairedTest:
        right = [(question.called == question.positive)[among] for question in asked]
        return proportion_difference(right[0], right[1], self.patients[among])

    def _resampled(
        self,
        metric: Callable[[weighted_metrics.Scored, FloatArray], FloatArray],
        asked: tuple[weighted_metrics.Scored, weighted_metrics.Scored],
    ) -> PairedTest:
        return resampled_difference(metric, asked, self.weights, self.n_patients)

    def _mean(self, losses: list[FloatArray]) -> PairedTest:
        return mean_difference(losses[0], losses[1], self.patients)

    def _squares(self, p: FloatArray) -> FloatArray:
        squares = (p - self.targets) ** 2
        return np.asarray(squares.sum(axis=1) if self.exclusive else squares.mean(axis=1))

    def _log_loss(self, p: FloatArray) -> FloatArray:
        if self.exclusive:
            return _surprise(p[self.targets])
        return np.asarray(_surprise(np.where(self.targets, p, 1 - p)).mean(axis=1))

    def _answers(self, p: list[FloatArray]) -> tuple[list[tuple[FloatArray, NDArray[np.bool_]]], NDArray[np.int64]]:
        """Confidence and whether it was right, of the label called where exclusive, else of every (case, label)."""
        if not self.exclusive:
            return [(one.ravel(), self.targets.ravel()) for one in p], np.repeat(self.patients, p[0].shape[1])
        rows = np.arange(len(self.patients))
        best = [one.argmax(axis=1) for one in p]
        answers = [(one[rows, at], self.targets[rows, at]) for one, at in zip(p, best, strict=True)]
        return answers, self.patients

    def _calibration(
        self, answers: list[tuple[FloatArray, NDArray[np.bool_]]], patients: NDArray[np.int64]
    ) -> PairedTest:
        (p_a, right_a), (p_b, right_b) = answers
        return calibration_difference((p_a, p_b), (right_a, right_b), patients, swaps=len(self.weights))

    def _difference(self, metric: str, label: str | None, found: PairedTest) -> PairedDifference:
        return PairedDifference(self.both[0].id, self.both[1].id, metric, label, **found._asdict())


def _called(system: System) -> NDArray[np.bool_]:
    p = system.predictions.probabilities
    return np.asarray(p.argmax(axis=1)[:, None] == np.arange(p.shape[1]))


def _macro(name: str) -> Callable[[tuple[LabelScores, ...], FloatArray], FloatArray]:
    def metric(questions: tuple[LabelScores, ...], weights: FloatArray) -> FloatArray:
        return np.asarray(
            np.mean([weighted_metrics.OF_LABEL[name](question, weights) for question in questions], axis=0)
        )

    return metric


def _surprise(p: NDArray[np.float64]) -> FloatArray:
    return np.asarray(-np.log(np.maximum(p, EPSILON)))
