"""The distance between pixels in mm, and where that distance lies (PS3.3 10.7)."""

from collections.abc import Sequence
from math import isclose, isfinite

from pydicom.dataset import Dataset

from meddx.types import MeasuredAt

_LARGEST = 100.0
"""mm; a larger spacing is a mistake."""
_SAME = 1e-4
"""Relative difference up to which two spacings are the same, which writers round differently."""


def pixel_spacing(groups: Sequence[Dataset]) -> tuple[tuple[float, float] | None, MeasuredAt]:
    """Return mm from row to row and from column to column, and where they lie; None and "" without a usable spacing.

    groups: the data sets that may hold attributes of the frame, nearest first. A Pixel Spacing that repeats the Imager
    Pixel Spacing was not calibrated, so it lies on the detector (10.7.1.3).
    """
    in_patient, on_detector, on_film = (
        _spacing(groups, keyword) for keyword in ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing")
    )
    if in_patient and not (on_detector and _are_same(in_patient, on_detector)):
        return in_patient, "patient"
    if on_detector:
        return on_detector, "detector"
    return (on_film, "film") if on_film else (None, "")


def _spacing(groups: Sequence[Dataset], keyword: str) -> tuple[float, float] | None:
    stated = next((value for group in groups if (value := group.get(keyword)) not in (None, "")), None)
    try:
        rows, columns = (float(value) for value in stated or ())
    except (TypeError, ValueError):
        return None
    usable = all(isfinite(value) and 0 < value <= _LARGEST for value in (rows, columns))
    return (rows, columns) if usable else None


def _are_same(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return all(isclose(a, b, rel_tol=_SAME) for a, b in zip(one, other, strict=True))
