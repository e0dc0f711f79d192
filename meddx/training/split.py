"""Patients held out of training for validation."""

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from meddx.evaluate.labelled_set import LabelledSet


def hold_out_patients(films: LabelledSet, fraction: float, seed: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows for training and for validation: no patient in both, about `fraction` of the films held out.

    Frequencies of the labels (of their combinations where several may be true) are kept as near as whole patients
    allow. The same seed gives the same split.
    """
    folds = StratifiedGroupKFold(n_splits=max(2, round(1 / fraction)), shuffle=True, random_state=seed)
    combination = np.unique(films.targets(), axis=0, return_inverse=True)[1].ravel()
    train, held_out = next(folds.split(np.zeros(len(films)), combination, films.groups))
    return np.asarray(train, np.intp), np.asarray(held_out, np.intp)
