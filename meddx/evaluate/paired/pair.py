"""Every metric of two systems on the same cases, each with its difference, interval and test."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.assessment import EPSILON
from meddx.evaluate.delong import area
from meddx.evaluate.paired import weighted
from meddx.evaluate.paired.areas import area_difference, mean_area
from meddx.evaluate.paired.bootstrap import resampled_difference
from meddx.evaluate.paired.calibration import calibration_difference
from meddx.evaluate.paired.difference import Difference, Found
from meddx.evaluate.paired.mcnemar import proportion_difference
from meddx.evaluate.paired.means import mean_difference
from meddx.evaluate.paired.system import System
from meddx.evaluate.paired.weighted import Array, Question

RESAMPLES = 1000
BOOTSTRAPPED = ("precision", "npv", "balanced accuracy", "f1", "mcc")


class Pair:
    """Two systems with the same cases and labels; every difference is A minus B."""

    def __init__(self, a: System, b: System, weights: Array) -> None:
        """weights: (resamples, n), see weighted.resampled."""
        self.both, self.weights = (a, b), weights
        self.targets = a.predictions.targets
        self.patients = a.predictions.patients
        self.n_patients = a.predictions.n_patients
        self.scored = a.scored and b.scored
        self.exclusive = a.exclusive and b.exclusive

    def of_label(self, column: int) -> list[Difference]:
        """One label against the rest, each system at its own threshold of it."""
        name = self.both[0].labels[column]
        positive = self.targets[:, column]
        asked = self._asked(column, [system.calls for system in self.both])
        found = {
            "recall": self._share(asked, positive),
            "specificity": self._share(asked, ~positive),
            "accuracy": self._share(asked, np.ones_like(positive)),
        } | {metric: self._resampled(weighted.OF_LABEL[metric], asked) for metric in BOOTSTRAPPED}
        if self.scored:
            areas = [area(question.scores, positive, self.patients) for question in asked]
            scores = [question.scores for question in asked]
            found |= {
                "auroc": area_difference(areas[0], areas[1], self.patients),
                "average precision": self._resampled(weighted.average_precision, asked),
                "brier": self._mean([(p - positive) ** 2 for p in scores]),
                "log loss": self._mean([_surprise(np.where(positive, p, 1 - p)) for p in scores]),
                "expected calibration error": self._calibration([(p, positive) for p in scores], self.patients),
            }
        return [self._difference(metric, name, one) for metric, one in found.items()]

    def overall(self) -> list[Difference]:
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

    def at_specificity(self, column: int, specificity: float) -> Difference:
        """Sensitivities where each has at least this specificity on these cases, instead of at its own threshold."""
        asked = self._asked(column, [system.calls for system in self.both])

        def metric(question: Question, weights: Array) -> Array:
            return weighted.sensitivity_at(question, weights, specificity)

        found = self._resampled(metric, asked)
        return self._difference(f"recall at specificity {specificity:.3f}", self.both[0].labels[column], found)

    def _right(self, called: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """(n, 1) whether the one label called is true where exclusive, else (n, labels)."""
        if self.exclusive:
            return np.asarray((called & self.targets).any(axis=1, keepdims=True))
        return np.asarray(called == self.targets)

    def _asked(self, column: int, called: list[NDArray[np.bool_]]) -> tuple[Question, Question]:
        one, other = (
            Question(system.predictions.probabilities[:, column], of[:, column], self.targets[:, column])
            for system, of in zip(self.both, called, strict=True)
        )
        return one, other

    def _share(self, asked: tuple[Question, Question], among: NDArray[np.bool_]) -> Found:
        right = [(question.called == question.positive)[among] for question in asked]
        return proportion_difference(right[0], right[1], self.patients[among])

    def _resampled(
        self, metric: Callable[[weighted.Asked, Array], Array], asked: tuple[weighted.Asked, weighted.Asked]
    ) -> Found:
        return resampled_difference(metric, asked, self.weights, self.n_patients)

    def _mean(self, losses: list[Array]) -> Found:
        return mean_difference(losses[0], losses[1], self.patients)

    def _squares(self, p: Array) -> Array:
        squares = (p - self.targets) ** 2
        return np.asarray(squares.sum(axis=1) if self.exclusive else squares.mean(axis=1))

    def _log_loss(self, p: Array) -> Array:
        if self.exclusive:
            return _surprise(p[self.targets])
        return np.asarray(_surprise(np.where(self.targets, p, 1 - p)).mean(axis=1))

    def _answers(self, p: list[Array]) -> tuple[list[tuple[Array, NDArray[np.bool_]]], NDArray[np.int64]]:
        """Confidence and whether it was right, of the label called where exclusive, else of every (case, label)."""
        if not self.exclusive:
            return [(one.ravel(), self.targets.ravel()) for one in p], np.repeat(self.patients, p[0].shape[1])
        rows = np.arange(len(self.patients))
        best = [one.argmax(axis=1) for one in p]
        answers = [(one[rows, at], self.targets[rows, at]) for one, at in zip(p, best, strict=True)]
        return answers, self.patients

    def _calibration(self, answers: list[tuple[Array, NDArray[np.bool_]]], patients: NDArray[np.int64]) -> Found:
        (p_a, right_a), (p_b, right_b) = answers
        return calibration_difference((p_a, p_b), (right_a, right_b), patients, swaps=len(self.weights))

    def _difference(self, metric: str, label: str | None, found: Found) -> Difference:
        return Difference(self.both[0].id, self.both[1].id, metric, label, **found._asdict())


def _called(system: System) -> NDArray[np.bool_]:
    p = system.predictions.probabilities
    return np.asarray(p.argmax(axis=1)[:, None] == np.arange(p.shape[1]))


def _macro(name: str) -> Callable[[tuple[Question, ...], Array], Array]:
    def metric(questions: tuple[Question, ...], weights: Array) -> Array:
        return np.asarray(np.mean([weighted.OF_LABEL[name](question, weights) for question in questions], axis=0))

    return metric


def _surprise(p: NDArray[np.float64]) -> Array:
    return np.asarray(-np.log(np.maximum(p, EPSILON)))
