"""The record behind an evaluation's exports: predictions, metrics and their origin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from meddx.evaluate.assessment import Assessment
from meddx.evaluate.cautions import OPTIMISTIC, moved_sentence
from meddx.evaluate.label_details import KEPT_SHARE, LabelDetails, label_details
from meddx.evaluate.prediction_sets import PredictionSets, prediction_sets
from meddx.evaluate.predictions import Predictions
from meddx.evaluate.training_similarity import UnlikeCases, unlike_cases, unlike_cases_sentence
from meddx.model.card import Card
from meddx.types import Refusal


@dataclass(frozen=True)
class EvaluationFacts:
    """Hold one evaluation. title: of the system; cases: what the cases are, a phrase ("recorded test images").

    assessment: metrics of `predictions` at the thresholds on the page; threshold_origin: where these come from, a
    phrase. titles: label -> title. card: of the model, None for another system. chosen_on: whether thresholds or
    calibration were chosen on these same cases. refused: file or row -> why it was skipped. description: facts of the
    data set, name -> text. moved: labels whose threshold the reader moved on these same cases.
    quantiles, target_coverage: of prediction sets, None where there are none. proportions: the interval of shares, by
    its name in PROPORTION_INTERVALS. reversed_from: as of ExternalPredictions. specificity, sensitivity: what operating
    points keep, in (0, 1].
    """

    title: str
    cases: str
    predictions: Predictions
    assessment: Assessment
    titles: Mapping[str, str]
    threshold_origin: str
    card: Card | None = None
    chosen_on: bool = False
    refused: Mapping[str, Refusal] = field(default_factory=dict)
    description: Mapping[str, str] = field(default_factory=dict)
    moved: Sequence[str] = ()
    quantiles: Sequence[float] | None = None
    target_coverage: float | None = None
    proportions: str = "wilson"
    reversed_from: float | None = None
    specificity: float = KEPT_SHARE
    sensitivity: float = KEPT_SHARE

    @cached_property
    def details(self) -> dict[str, LabelDetails]:
        """Return what is measured of each label beyond its metrics."""
        return {
            label: label_details(self.predictions, label, specificity=self.specificity, sensitivity=self.sensitivity)
            for label in self.assessment.labels
        }

    @cached_property
    def sets(self) -> PredictionSets | None:
        """Return coverage and sizes of the prediction sets."""
        if self.quantiles is None:
            return None
        return prediction_sets(self.predictions, self.quantiles, self.target_coverage, proportions=self.proportions)

    @cached_property
    def unlike(self) -> UnlikeCases | None:
        """Return the cases unlike the training images, None where that was not measured."""
        return unlike_cases(self.predictions, self.proportions)

    @property
    def similarity(self) -> str:
        """Return how many cases are unlike the training images, in a sentence; "" for scores without a model."""
        return unlike_cases_sentence(self.unlike, self.card)

    def in_file_scale(self, threshold: float) -> float:
        """Return a threshold on the scale of the file that the scores came from."""
        return threshold if self.reversed_from is None else self.reversed_from - threshold

    @property
    def called_at(self) -> str:
        """Return which side of a threshold is called, in words."""
        return "or above" if self.reversed_from is None else "or below"

    @property
    def cautions(self) -> list[str]:
        """Return what makes these numbers optimistic, in sentences."""
        found = [OPTIMISTIC] if self.chosen_on else []
        if self.moved:
            found.append(moved_sentence([self.titles[label] for label in self.moved]))
        return found
