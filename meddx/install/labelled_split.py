"""Split a user's labelled set by patient into cases to calibrate on and cases to test on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.evaluate.sets.patient_split import hold_out_patients


@dataclass(frozen=True)
class CalibrationSplit:
    """The two parts of a labelled set, no patient in both.

    calibration_rows, test_rows: of the whole set. reason: why nothing is to be calibrated on, one sentence; else None.
    """

    calibration_rows: NDArray[np.intp]
    test_rows: NDArray[np.intp]
    reason: str | None = None


def split_by_patient(images: LabelledSet, seed: int) -> CalibrationSplit:
    """Return halves of the patients drawn by `seed`, with the frequencies of the labels as alike as patients allow.

    A label without two patients leaves nothing to calibrate on: every case is then for testing, and `reason` says so.
    """
    try:
        calibration, test = hold_out_patients(images, 0.5, seed)
    except Refused:
        counts = {label: len(set(images.groups[images.targets()[:, at]])) for at, label in enumerate(images.labels)}
        rarest = min(counts, key=lambda label: counts[label])
        reason = f"Only {counts[rarest]} patients have the label {rarest!r}, and both parts of the set need some."
        return CalibrationSplit(np.array([], np.intp), np.arange(len(images)), reason)
    return CalibrationSplit(calibration, test)
