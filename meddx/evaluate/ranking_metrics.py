"""How well one label's scores put the cases with it above the others, and what each case adds to the error of that."""

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate import influence_functions
from meddx.evaluate.delong import area_of
from meddx.evaluate.influence_functions import RankedScores, Shares


def auroc(ranked: RankedScores, patients: NDArray[np.int64]) -> Shares:
    """Return the area under the ROC curve, with DeLong's shares (Obuchowski's where patients repeat).

    Both kinds of case must be there. patients: (n,) numbers from 0.
    """
    area = area_of(ranked, patients)
    return Shares(area.value, area.shares)


def average_precision(ranked: RankedScores, patients: NDArray[np.int64]) -> Shares:
    """Return the mean precision at the scores of the positive cases, of which one must be there."""
    value, influences = influence_functions.average_precision_with_influences(ranked)
    return Shares(value, influences / len(influences))
