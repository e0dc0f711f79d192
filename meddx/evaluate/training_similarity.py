"""Say of every case of a set whether its image is unlike the training images, as an attribute, and count those."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.estimates import Estimate, proportion
from meddx.evaluate.exact_interval import PROPORTION_INTERVALS
from meddx.evaluate.predictions import Predictions
from meddx.formatting import percent, percent_span
from meddx.model.card import CALIBRATION_IMAGES, TRAINING_IMAGES, Card

_REFERENCES = (TRAINING_IMAGES, CALIBRATION_IMAGES)
_SIMILARITY, _LIKE, _UNLIKE = "similarity to {}", "like the {}", "unlike the {}"
_DISTANCE, _LIMIT = "distance from {}", "limit of the distance"
NOT_MEASURED = (
    "Unlike the training images: not measured. It is counted where labelled images are evaluated by a model that has "
    "reference images to compare them with."
)


@dataclass(frozen=True)
class UnlikeCases:
    """The cases of a set whose images are unlike the training images.

    count: how many; share: of the cases that were compared, with its interval; reference: the images that they were
    compared with, as a plural noun; limit: the distance beyond which an image is unlike them, as text.
    """

    count: int
    share: Estimate
    reference: str
    limit: str


def similarity_attributes(
    distances: Sequence[float] | NDArray[np.float64], threshold: float, card: Card
) -> dict[str, tuple[str | None, ...]]:
    """Return the attributes of cases at these distances (n,) from the model's reference images, NaN where unknown.

    Name -> (n,) texts: whether the distance is beyond the threshold, as Diagnose says it (OodScore), the distance, and
    the threshold.
    """
    of = card.reference_images
    known = [None if np.isnan(distance) else float(distance) for distance in distances]
    return {
        _SIMILARITY.format(of): tuple(
            None if one is None else (_UNLIKE if one > threshold else _LIKE).format(of) for one in known
        ),
        _DISTANCE.format(of): tuple(None if one is None else f"{one:.3f}" for one in known),
        _LIMIT: tuple(None if one is None else f"{threshold:.3f}" for one in known),
    }


def is_measure(column: str) -> bool:
    """Return whether an attribute is the distance or its limit, numbers that make no groups."""
    return column in {_LIMIT, *(_DISTANCE.format(reference) for reference in _REFERENCES)}


def unlike_cases(predictions: Predictions, proportions: str = "wilson") -> UnlikeCases | None:
    """Return the cases unlike the training images; None where no case of these predictions was compared with them.

    proportions: the interval of the share, by its name in PROPORTION_INTERVALS.
    """
    for reference in _REFERENCES:
        values = predictions.attributes.get(_SIMILARITY.format(reference), ())
        unlike = np.array([value == _UNLIKE.format(reference) for value in values], np.bool_)
        compared = unlike | np.array([value == _LIKE.format(reference) for value in values], np.bool_)
        if compared.any():
            share = proportion(unlike, compared, predictions, PROPORTION_INTERVALS[proportions])
            limit = next((value for value in predictions.attributes.get(_LIMIT, ()) if value), "the limit")
            return UnlikeCases(int(unlike.sum()), share, reference, limit)
    return None


def unlike_cases_sentence(unlike: UnlikeCases | None, card: Card | None) -> str:
    """Return the count and share with its interval, or that it was not measured; "" for scores without a model."""
    if unlike is None:
        return NOT_MEASURED if card else ""
    of = unlike.share
    share, interval = percent(of.value, 1), percent_span(of.low, of.high)
    return (
        f"Unlike the {unlike.reference}: {unlike.count:,} of {of.n:,} cases, {share} (95 % interval {interval}"
        f"{'' if of.reliable else ', unreliable'}), by a distance above {unlike.limit}. They count in every metric."
    )
