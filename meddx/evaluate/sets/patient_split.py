"""Hold patients out of training, for validation or for the folds of a cross-validation."""

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from sklearn.model_selection import StratifiedGroupKFold

from meddx.errors import Refused
from meddx.evaluate.sets.labelled_set import LabelledSet


class PatientsHeldOut(BaseModel):
    """A rule that takes the patients of a recipe's test set out of its `train`, where a set has no test part."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["patients"]
    fraction: Annotated[float, Field(gt=0, lt=0.5)]
    seed: Annotated[int, Field(ge=0)]


def hold_out_patients(images: LabelledSet, fraction: float, seed: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows for training and for validation, with no patient in both.

    About `fraction` of the images are held out. Frequencies of the labels (of their combinations where several may be
    true) are kept as near as whole patients allow. The same seed gives the same split. Raises Refused when some label
    has too few patients for it.
    """
    return _split(images, max(2, round(1 / fraction)), seed)[0]


def cut_patients(images: LabelledSet, rule: PatientsHeldOut) -> tuple[LabelledSet, LabelledSet]:
    """Return the images to train or validate on, and those to test on, as hold_out_patients splits them by the rule."""
    others, test = hold_out_patients(images, rule.fraction, rule.seed)
    return images.subset(others), images.subset(test)


def patient_folds(images: LabelledSet, folds: int, seed: int) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Return, for each fold, the training rows and the rows held out; every image is held out once.

    Otherwise as hold_out_patients. Raises Refused for less than two folds, or more than there are patients with some
    label.
    """
    if folds < 2:
        raise Refused("too-few-folds", f"{folds} folds leave nothing to measure on; ask for 2 or more.")
    return _split(images, folds, seed)


def _split(images: LabelledSet, folds: int, seed: int) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    rule = StratifiedGroupKFold(n_splits=folds, shuffle=True, random_state=seed)
    _, combination = np.unique(images.targets(), axis=0, return_inverse=True)
    patients = [len(set(images.groups[true])) for true in images.targets().T]
    rarest = min(patients)
    if rarest < folds:
        label = images.labels[patients.index(rarest)]
        raise Refused(
            "too-few-patients",
            f"{folds} parts of {len(images)} images need as many patients with every label; {label!r} has {rarest}. "
            "Ask for fewer folds, a larger validation_fraction, or bring more images.",
        )
    split = rule.split(np.zeros(len(images)), combination.ravel(), images.groups)
    return [(np.asarray(others, np.intp), np.asarray(held_out, np.intp)) for others, held_out in split]
