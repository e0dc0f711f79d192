"""Represent the content of a file of scores and how it was read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.predictions import Predictions
from meddx.types import JSON, Refusal


@dataclass(frozen=True)
class UnreadScores:
    """A table whose scores could not be read: why, and the names of its columns, to choose from."""

    refusal: Refusal
    columns: tuple[str, ...]


@dataclass(frozen=True)
class ExternalPredictions:
    """The predictions, thresholds and readers in a file of scores.

    exclusive: every case carries exactly one label, and the most probable one is called. thresholds: by label; NaN
    where the scores are no probabilities and none is stated. threshold_origin: where they come from, a phrase. readers:
    name of a reader -> (n,) label called of each case, "" where that is none of the labels, None where they did not
    read it. ratings: name of a person -> (n,) float64 their rating of the only label, NaN where they did not read it.
    columns: which column was taken for what, and on what scale its numbers are. notes: what the user should check, a
    sentence each. positive: the label of interest, None where nobody says. refused: case -> why it was left out.
    reversed_from: where low scores indicate the label, what the file's scores and thresholds were subtracted from (1 of
    probabilities, else 0); None where they are as in the file.
    """

    predictions: Predictions
    exclusive: bool
    thresholds: tuple[float, ...]
    threshold_origin: str
    readers: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)
    ratings: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    columns: JSON = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    positive: str | None = None
    refused: Mapping[str, Refusal] = field(default_factory=dict)
    reversed_from: float | None = None
