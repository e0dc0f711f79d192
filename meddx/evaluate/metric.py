"""Define what the registry holds of a metric: its function, interval, paired test and number format.

The rows are in meddx.evaluate.metric_registry. Kinds of function differ in their arguments; the interval, the
paired comparison and where the metric is defined follow from the kind and are checked against it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from meddx import formatting
from meddx.evaluate.arrays import Floats
from meddx.evaluate.confusion_metrics import FN, FP, TN, TP, Counts
from meddx.evaluate.influence_functions import RankedScores, Shares
from meddx.evaluate.intervals import Interval
from meddx.evaluate.paired.weighted_metrics import LabelScores, counts_metric

Truth = NDArray[np.bool_]
Patients = NDArray[np.int64]
IntervalKind = Literal["wilson", "logit", "log", "calibration", "wald"]
"""wilson: score interval of a proportion of one label's cases (Clopper and Pearson's on request), on the logit scale
over several labels; logit, log: symmetric on that scale; calibration: meddx.evaluate.calibration_interval; wald:
symmetric around the value."""
PairedTestKind = Literal["mcnemar", "delong", "mean", "bootstrap", "swaps"]
"""How two systems are compared in it: McNemar's test, DeLong's, the mean difference by patient (paired t), the paired
bootstrap, or by swapping what the two say of a patient (permutation)."""
Where = Literal["overall", "label"]


@dataclass(frozen=True)
class OfCounts:
    """A function of one label's confusion counts.

    function: (..., 4) counts -> (...); it must also take complex counts. Over labels it is the mean of the labels'
    values (macro) or that of all counts together (micro).
    share: for a proportion of cases, the cells of its numerator and those of its denominator. of_answers: over
    exclusive labels it is the share of cases whose most probable label is true, not the mean over labels.
    """

    function: Callable[[Counts], Counts]
    share: tuple[tuple[int, ...], tuple[int, ...]] | None = None
    of_answers: bool = False


@dataclass(frozen=True)
class AtPrevalence:
    """A function of one label's confusion counts at another prevalence of the label.

    function: prevalence -> function as for OfCounts.
    """

    function: Callable[[float], Callable[[Counts], Counts]]


@dataclass(frozen=True)
class AtSpecificity:
    """A function of one label's scores at a minimum specificity, whatever the threshold; for comparisons only.

    function: (question, weights (resamples, n), specificity) -> (resamples,).
    """

    function: Callable[[LabelScores, Floats, float], Floats]

    def at(self, specificity: float) -> Callable[[LabelScores, Floats], Floats]:
        """Return the metric at one specificity, as a function for the paired bootstrap."""
        return lambda question, weights: self.function(question, weights, specificity)


@dataclass(frozen=True)
class OfRanks:
    """A function of the order of one label's scores, where both kinds of case are present.

    function: (ranked, patients (n,)) -> Shares. resampled: the metric of many resamples at once, weights (resamples, n)
    -> (resamples,); for the paired bootstrap.
    """

    function: Callable[[RankedScores, Patients], Shares]
    resampled: Callable[[LabelScores, Floats], Floats] | None = None


@dataclass(frozen=True)
class OfCases:
    """A mean over cases of a score of each case.

    function: (p (n,), true (n,)) -> (n,) of one label.
    of_answers: of exclusive labels together, (p (n, labels), true (n, labels)) -> (n,).
    """

    function: Callable[[NDArray[np.floating], Truth], Floats]
    of_answers: Callable[[NDArray[np.floating], Truth], Floats]


@dataclass(frozen=True)
class OfBins:
    """A comparison of probabilities with observed frequencies, which has an interval of its own.

    function: (ranked, patients) -> Interval. Over exclusive labels it is applied to the most probable label's
    probability, else to every (case, label).
    """

    function: Callable[[RankedScores, Patients], Interval]


@dataclass(frozen=True)
class OfCalls:
    """A function of one label's calls that brings its own interval; it is not measured over several labels.

    function: (called (n,), true (n,), patients (n,)) -> Interval, infinite where nothing bounds it.
    """

    function: Callable[[Truth, Truth, Patients], Interval]


@dataclass(frozen=True)
class OfProbabilities:
    """A function of one label's probabilities that brings its own interval; it is not measured over several labels.

    function: (p (n,), true (n,), patients (n,)) -> Interval, NaN where it is not defined.
    """

    function: Callable[[Floats, Truth, Patients], Interval]


@dataclass(frozen=True)
class OfGrades:
    """A function of the confusion matrix of ordered labels (grades).

    function: (..., labels squared) counts, truth first -> (...).
    """

    function: Callable[[Counts], Counts]


Function = OfCounts | AtPrevalence | AtSpecificity | OfRanks | OfCases | OfBins | OfCalls | OfProbabilities | OfGrades


@dataclass(frozen=True)
class Metric:
    """One row of the registry.

    name: in cards, JSON and options. title: at the start of a line; short: the same where there is little room;
    phrase: within a sentence, with its article. meaning: what it says, in one or two sentences.
    interval: None where it is compared and never measured on its own. paired: None where it is not compared.
    low, high: its range, high may be infinite. higher_is_better: its direction.
    headline: where it is among the first that are shown, and stated by cards: over all labels, of each label.
    in_percent: whether it is written in percent; digits: decimals.
    """

    name: str
    title: str
    short: str
    phrase: str
    meaning: str
    of: Function
    interval: IntervalKind | None
    paired: PairedTestKind | None = None
    low: float = 0.0
    high: float = 1.0
    higher_is_better: bool = True
    headline: frozenset[Where] = frozenset()
    in_percent: bool = False
    digits: int = 3

    def __post_init__(self) -> None:
        """Raise ValueError where the parts of the row contradict each other."""
        for what, holds in (
            ("Wilson's interval is of a proportion", self.interval != "wilson" or self.share is not None),
            (
                "the logit scale needs a finite range",
                self.interval not in ("wilson", "logit") or math.isfinite(self.high),
            ),
            ("the log scale begins at 0", self.interval != "log" or self.low == 0),
            (
                "the calibration interval is of probabilities in bins",
                (self.interval == "calibration") == isinstance(self.of, OfBins),
            ),
            (
                "Wald's interval is of a regression on probabilities",
                (self.interval == "wald") == isinstance(self.of, OfProbabilities),
            ),
            (
                "only what is never measured on its own has no interval",
                (self.interval is None) == isinstance(self.of, AtSpecificity),
            ),
            ("its paired test is of another kind of function", self._can_be_paired()),
        ):
            if not holds:
                raise ValueError(f"metric {self.name!r}: {what}")

    @property
    def share(self) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
        """Return the numerator's and the denominator's cells of a proportion with Wilson's interval; else None."""
        return self.of.share if isinstance(self.of, OfCounts) and self.interval == "wilson" else None

    def _can_be_paired(self) -> bool:
        match self.paired:
            case "mcnemar":  # only where calls do not decide which cases count are they the same cases for both
                return self.share is not None and set(self.share[1]) in (
                    {TP, FN},
                    {FP, TN},
                    {TP, FP, FN, TN},
                )
            case "delong":
                return isinstance(self.of, OfRanks)
            case "mean":
                return isinstance(self.of, OfCases)
            case "swaps":
                return isinstance(self.of, OfBins)
            case "bootstrap":
                return isinstance(self.of, AtSpecificity) or self.resampled is not None
        return True

    @property
    def needs_threshold(self) -> bool:
        """Return whether the metric depends on a label's threshold."""
        return isinstance(self.of, OfCounts | OfCalls | AtPrevalence)

    @property
    def needs_scores(self) -> bool:
        """Return whether the metric needs scores, so that it is not defined of readers, who name labels."""
        return isinstance(self.of, OfRanks | OfCases | OfBins | OfProbabilities | AtSpecificity)

    @property
    def needs_probabilities(self) -> bool:
        """Return whether the metric needs probabilities.

        It is then not defined of ratings or biomarkers.
        """
        return isinstance(self.of, OfCases | OfBins | OfProbabilities)

    @property
    def of_a_label(self) -> bool:
        """Return whether it is measured of one label on its own, at the prevalence of the cases."""
        return self.in_groups or isinstance(self.of, OfCalls | OfProbabilities)

    @property
    def in_groups(self) -> bool:
        """Return whether it is measured in every group of cases (meddx.evaluate.grouped_metrics)."""
        return isinstance(self.of, OfCounts | OfRanks | OfCases | OfBins)

    @property
    def resampled(self) -> Callable[[LabelScores, Floats], Floats] | None:
        """Return the function that computes the metric of one label on many resamples; None where there is none.

        The function takes a LabelScores and weights (resamples, n) and returns (resamples,).
        """
        if isinstance(self.of, OfCounts):
            return counts_metric(self.of.function)
        return self.of.resampled if isinstance(self.of, OfRanks) else None

    def at(self, value: float) -> "Metric":
        """Return the metric at this specificity: its row with the value in its names."""
        return replace(
            self,
            name=f"{self.name} {value:.3f}",
            title=f"{self.title} {value:g}",
            short=f"{self.short} {value:g}",
            phrase=f"{self.phrase} {value:g}",
        )

    def text(self, value: float) -> str:
        """Return a value as text in the metric's number format; "not defined" for NaN."""
        if self.in_percent:
            return formatting.percent(value, self.digits)
        return formatting.decimal(value, self.digits)

    def span(self, low: float, high: float) -> str:
        """Return an interval as text in the metric's number format; "not defined" where it has no limits."""
        if self.in_percent:
            return formatting.percent_span(low, high, self.digits)
        return formatting.span(low, high, self.digits)

    def signed(self, difference: float) -> str:
        """Return a difference as text with its sign, in percentage points where values are in percent."""
        return formatting.signed(100 * difference if self.in_percent else difference, self.digits)

    def signed_limit(self, limit: float) -> str:
        """Return a limit of a difference's interval, with more decimals where it would round to 0."""
        return formatting.signed_limit(100 * limit if self.in_percent else limit, self.digits)

    @property
    def direction(self) -> str:
        """Return the note on the direction for readers who compare two values: "" or "lower is better"."""
        return "" if self.higher_is_better else "lower is better"
