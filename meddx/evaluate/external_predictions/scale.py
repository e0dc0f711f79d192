"""Convert the numbers of a file to probabilities where possible, otherwise keep them as scores."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax

from meddx.errors import Refused
from meddx.evaluate.arrays import Floats
from meddx.evaluate.external_predictions.options import ScoreScale
from meddx.evaluate.external_predictions.rounding import sum_to_one

SCALE_ROUNDING = 1e-6
"""Tolerance of probabilities at 0 and 1 for float32 arithmetic."""
FAULTS = 0.05
"""Largest proportion of rows with numbers outside 0 to 1 taken for errors among probabilities, not for scores."""


@dataclass(frozen=True)
class Scaled:
    """The numbers of a file on a known scale.

    values: float64 (n, labels), probabilities in [0, 1] or scores; logits: float32, NaN where unknown.
    """

    values: Floats
    logits: NDArray[np.float32]
    scale: ScoreScale
    exclusive: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Truth:
    """A summary of the truth, used to decide whether labels exclude each other.

    one_each: every case has exactly one label; named: by one name in the truth's column. told: whether labels exclude
    each other according to the user, None if not stated.
    """

    one_each: bool
    named: bool
    told: bool | None


def scaled(
    raw: Floats,
    columns: tuple[str, ...],
    rows: NDArray[np.int64],
    truth: Truth,
    *,
    scale: ScoreScale | None,
    logits: Floats | None,
    claims: str,
) -> Scaled:
    """Return the numbers on the scale stated by the user or the columns' names, or inferred from the numbers.

    raw: (n, labels), finite. rows: (n,) row numbers, for messages. logits: those given beside probabilities.
    claims: scale stated by the columns' names, "probability", "logit", "score" or "".
    Raises Refused for numbers outside the scale, and where it is ambiguous whether labels exclude each other.
    """
    told = scale
    if scale is None and claims in ("logit", "score"):
        scale = "logit" if claims == "logit" else "score"
    scale = scale or _by_numbers(raw, columns, rows, claims, truth.one_each)
    labels = raw.shape[1]
    notes: list[str] = []
    if told is None and scale not in (claims, "probability"):
        notes.append(_NOTES[scale])
    values = raw / 100 if scale == "percent" else raw
    if scale in ("probability", "percent"):
        values = np.clip(_in_range(values, columns, rows, told is not None), 0, 1)
    decided = labels > 1 and truth.one_each and _excludes(values, columns, rows, scale, truth)
    if scale == "logit":
        values = softmax(values, axis=1) if decided else expit(values)
    if scale == "score":
        known = np.full(raw.shape, np.nan)
    elif scale == "logit":
        known = raw
    else:
        known = logits if logits is not None else _logits(values, decided)
    return Scaled(values, known.astype(np.float32), scale, decided, tuple(notes))


_NOTES = {
    "percent": "Scores are taken for percent: they lie between 0 and 100 and sum to 100.",
    "logit": "Scores are taken for logits, since some are negative: probabilities are their softmax. Type --scale "
    "score if they are something else.",
    "score": "Scores lie outside 0 to 1 and are taken for no probabilities: what needs probabilities is not defined. "
    "Type --scale logit or --scale percent if they are such.",
}


def _by_numbers(
    raw: Floats, columns: tuple[str, ...], rows: NDArray[np.int64], claims: str, one_each: bool
) -> ScoreScale:
    inside = (raw >= -SCALE_ROUNDING) & (raw <= 1 + SCALE_ROUNDING)
    if inside.all():
        return "probability"
    several = one_each and raw.shape[1] > 1
    if several and (raw >= 0).all() and sum_to_one(raw / 100).all():
        return "percent"
    proper = inside.all(axis=1) & (sum_to_one(raw) if several else True)
    share = np.mean(~inside.all(axis=1))
    whole = bool((raw == np.round(raw)).all())
    faults = proper.mean() >= 0.1 if several else share <= FAULTS and not whole
    if claims == "probability" or faults:
        _in_range(raw, columns, rows, told=False)
    return "logit" if several and (raw < 0).any() else "score"


def _in_range(values: Floats, columns: tuple[str, ...], rows: NDArray[np.int64], told: bool) -> Floats:
    outside = (values < -SCALE_ROUNDING) | (values > 1 + SCALE_ROUNDING)
    if outside.any():
        row, column = np.argwhere(outside)[0]
        count = int(outside.any(axis=1).sum())
        go_on = "" if told else ", or type --scale percent, logit or score if the numbers are such"
        raise Refused(
            "not-a-probability",
            f"Row {rows[row]}, column {columns[column]!r:.80}: it must be a number from 0 to 1, and in {count} of "
            f"{len(values)} rows one is not; correct it{go_on}.",
        )
    return values


def _excludes(
    values: Floats, columns: tuple[str, ...], rows: NDArray[np.int64], scale: ScoreScale, truth: Truth
) -> bool:
    """Return whether the labels exclude each other, as stated by the user, else from truth and sums."""
    if truth.told is not None:
        return truth.told
    if scale in ("probability", "percent"):
        sums = sum_to_one(values)
        if truth.named and not sums.all():
            row = int(np.flatnonzero(~sums)[0])
            raise Refused(
                "not-one",
                f"Row {rows[row]}: every case has one label, and the probabilities in columns "
                f"{', '.join(map(repr, columns))[:200]} sum to {values[row].sum():.3g} (in {int((~sums).sum())} of "
                f"{len(values)} rows not to 1); type --independent if each is of its label alone, or correct them.",
            )
        return bool(sums.all())
    if scale == "logit" and not truth.named:
        raise Refused(
            "which-labels",
            "Every case has one label and the scores are logits; type --exclusive if the labels exclude each other "
            "(softmax), or --independent if they do not (sigmoid).",
        )
    return truth.named


def _logits(values: Floats, exclusive: bool) -> Floats:
    with np.errstate(divide="ignore"):
        logs = np.log(np.clip(values, 1e-12, 1))
    return logs if exclusive else logs - np.log1p(-np.clip(values, 0, 1 - 1e-12))
