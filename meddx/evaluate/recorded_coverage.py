"""Read how often a model's prediction sets held the true label on its recorded test cases."""

from collections.abc import Mapping
from pathlib import Path

from meddx.errors import Refused
from meddx.evaluate.estimates import Estimate
from meddx.evaluate.prediction_sets import prediction_sets
from meddx.evaluate.predictions import read_predictions
from meddx.model.card import Card

RECORDED_TEST = "predictions-test.parquet"


def recorded_coverage(folder: Path, card: Card) -> dict[str, Estimate] | None:
    """Return label -> observed coverage on the recorded test predictions of a model's folder.

    None where there are none of its labels, they cannot be read, or the card has no prediction sets.
    """
    path = folder / RECORDED_TEST
    if not path.is_file():
        return None
    try:
        predictions = read_predictions(path)
    except Refused:
        return None
    if set(predictions.labels) != {label.name for label in card.labels} or not len(predictions):
        return None
    quantiles = card.quantiles(predictions.labels)
    return None if quantiles is None else prediction_sets(predictions, quantiles).coverage


def below_target(coverage: Mapping[str, Estimate], target: float) -> tuple[str, ...]:
    """Return the labels whose observed coverage lies below the target with its whole interval."""
    return tuple(label for label, one in coverage.items() if one.high < target)
