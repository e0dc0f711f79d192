"""The record behind an evaluation's exports: predictions, metrics and their origin."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from meddx.evaluate.assessment import Assessment
from meddx.evaluate.predictions import Predictions
from meddx.model.card import Card
from meddx.types import Refusal


@dataclass(frozen=True)
class EvaluationFacts:
    """Hold one evaluation. title: of the system; cases: what the cases are, a phrase ("recorded test images").

    assessment: metrics of `predictions` at the thresholds on the page; threshold_origin: where these come from, a
    phrase. titles: label -> title. card: of the model, None for another system. chosen_on: whether thresholds or
    calibration were chosen on these same cases. refused: file or row -> why it was skipped. description: facts of the
    data set, name -> text.
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
