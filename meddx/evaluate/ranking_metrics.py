"""Compute metrics of the order of one label's scores, with each case's share of their error."""

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate import influence_functions
from meddx.evaluate.delong import area_of
from meddx.evaluate.influence_functions import RankedScores, Shares


def auroc(ranked: RankedScores, patients: NDArray[np.int64]) -> Shares:
    """Return the area under the ROC curve, with DeLong's shares (Obuchowski's where patients repeat).

    Both kinds of case must be present. patients: (n,) numbers from 0.
    """
    area = area_of(ranked, patients)
    return Shares(area.value, area.shares)


def average_precision(ranked: RankedScores, patients: NDArray[np.int64]) -> Shares:
    """Return the mean precision at the scores of the positive cases, with each case's share of its error.

    At least one case must be positive.
    """
    value, influences = influence_functions.average_precision_with_influences(ranked)
    return Shares(value, influences / len(influences))
