"""One measurement with all that a reader of its export must know."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from meddx.evaluate.assessment import Assessment
from meddx.evaluate.predictions import Predictions
from meddx.model.card import Card
from meddx.types import Refusal


@dataclass(frozen=True)
class EvaluationFacts:
    """title: what was measured; cases: on which cases, a phrase ("recorded test images").

    assessment: of `predictions` at the thresholds that the reader had before them; threshold_origin: where these come
    from, a phrase. titles: label -> its name for readers. card: of the model, None for another system. chosen_on:
    whether thresholds or calibration were chosen on these cases. refused: file or row -> why it could not be measured.
    description: facts of the data set, name -> text.
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
