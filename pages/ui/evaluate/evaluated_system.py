"""What the page measures: predictions of labelled cases, and all that is known of where they come from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from meddx.evaluate.predictions import Predictions
from meddx.model.card import Card
from meddx.types import Refusal, StoredFrame


def no_images(case_id: str) -> StoredFrame | Refusal:
    """Of a source that has predictions only."""
    return Refusal("no-images", "These are predictions only; the images behind them are not here.")


@dataclass(frozen=True)
class EvaluatedSystem:
    """What every section of the page is given. Made by a source (sources.py), one instance for as long as it stands.

    key: names this source, model and set; equal keys mean equal predictions, since what was computed of them is kept
        under it.
    title: what is measured, a line: "Childhood pneumonia, plain CNN"; cases: on which cases, a phrase: "recorded test
        images". chosen_on: True where thresholds and calibration were chosen on these very cases (validation).
    exclusive: every case carries exactly one label. titles: of each label, as a reader knows it.
    thresholds: in the order of predictions.labels; threshold_origin: where they come from, a phrase.
    card: of the model, None for another system. refused: file or row -> why it could not be measured.
    image: case id -> the image as its file holds it, or why there are none; called when a reader wants to see it.
    parts: label -> the card's labels that make it, where one of these is not the label itself.
    ordered: labels are grades, from least to most. description: facts of the data set for the report, name -> text.
    """

    key: str
    title: str
    cases: str
    predictions: Predictions
    exclusive: bool
    titles: Mapping[str, str]
    thresholds: tuple[float, ...]
    threshold_origin: str
    card: Card | None = None
    chosen_on: bool = False
    refused: Mapping[str, Refusal] = field(default_factory=dict)
    image: Callable[[str], StoredFrame | Refusal] = no_images
    description: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ordered: bool = False

    @property
    def labels(self) -> tuple[str, ...]:
        """In the order of the predictions' columns."""
        return self.predictions.labels


def is_of_model(card: Card, predictions: Predictions) -> bool:
    """Whether these are predictions of the card's labels, in whatever order, and there are any."""
    return set(predictions.labels) == {label.name for label in card.labels} and len(predictions) > 0


def thresholds_of(card: Card, labels: tuple[str, ...]) -> tuple[float, ...]:
    """The card's thresholds, in the order of `labels`."""
    of = {label.name: label.threshold for label in card.labels}
    return tuple(of[label] for label in labels)
