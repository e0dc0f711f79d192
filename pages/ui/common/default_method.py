"""The method of a model's heat maps that is shown first, by its record, and whether that is reliable."""

import math

from meddx.evaluate.intervals import Interval
from meddx.evaluate.map_evaluation.measures import GAIN
from meddx.explain.map_check.check_words import check_word
from meddx.explain.map_record import MapRecord, MethodRecord, RecordedMeasure
from meddx.model.card import Card
from meddx.types import MapCheck
from pages.ui.common.language.language import N_, _
from pages.ui.common.language.translated import translated
from pages.ui.common.map_records import usable_map_record
from pages.ui.common.passing_maps import mostly_failing

MEANINGFUL = 0.1
"""Smallest difference to a baseline without a model, of a share, that is called clearly better."""
_RELIABLE = N_("Default method, the best choice by this model's record: {method}.")
_NOT_BETTER = N_(
    "Default method, the best choice by this model's record but not reliable: {method}, not clearly better than a "
    "baseline without a model."
)
_FAILING = N_(
    "Default method, the best choice by this model's record but not reliable: {method}; by no method do most heat maps "
    "of this model pass the quick check."
)
_NOTE_NOT_BETTER = N_(
    "The method of this heat map is the best choice by this model's record but not reliable: it is not clearly better "
    "than a baseline without a model."
)
_NOTE_FAILING = N_(
    "The method of this heat map is the best choice by this model's record but not reliable: by no method do most heat "
    "maps of this model pass the quick check."
)

_PASSED_NOT_BETTER = N_(
    "This heat map passed its check, so on this image the highlighted areas matter to the prediction; its method is "
    "still not reliable, since on test images it is not clearly better than a baseline without a model."
)
_PASSED_FAILING = N_(
    "This heat map passed its check, so on this image the highlighted areas matter to the prediction; its method is "
    "still not reliable, since on test images by no method do most heat maps of this model pass the quick check."
)


def decided_by(record: MapRecord) -> str:
    """Return the name of the measure by which the default method was chosen."""
    return record.decided_by or GAIN


def best_baseline(record: MapRecord, measure: str) -> tuple[MethodRecord, RecordedMeasure] | None:
    """Return the baseline without a model that did best on test images; None where none was measured."""
    results = [(row, record.of(row.name, measure)) for row in record.methods if row.kind == "baseline"]
    measured = [(row, one) for row, one in results if one is not None]
    return max(measured, key=lambda pair: pair[1].value, default=None)


def difference_to_baseline(record: MapRecord) -> Interval | None:
    """Return the default method less the best baseline on test images, None where either was not measured.

    The 95 % interval combines those of both (Newcombe 1998, Stat Med 17:873, method 10). They were measured on the same
    images, which makes it somewhat too wide.
    """
    measure = decided_by(record)
    result, baseline = record.of(record.recommended, measure), best_baseline(record, measure)
    if result is None or baseline is None:
        return None
    other, value = baseline[1], result.value - baseline[1].value
    low = value - math.hypot(result.value - result.low, other.high - other.value)
    high = value + math.hypot(result.high - result.value, other.value - other.low)
    return Interval(value, low, high, "Newcombe, method 10")


def beats_baselines(record: MapRecord) -> bool:
    """Return whether the default method is better than every baseline without a model, by MEANINGFUL at least."""
    difference = difference_to_baseline(record)
    return difference is None or (difference.low > 0 and difference.value >= MEANINGFUL)


def default_title(record: MapRecord) -> str:
    """Return the title of the default method."""
    row = record.method(record.recommended)
    return translated(row.title if row else record.recommended)


def is_reliable(record: MapRecord) -> bool:
    """Return whether the record calls the default method reliable: better than baselines, and most maps pass."""
    return beats_baselines(record) and mostly_failing(record) is None


def default_sentence(record: MapRecord) -> str:
    """Return which method is the default and whether it is reliable, one sentence."""
    sentence = _FAILING if mostly_failing(record) else _RELIABLE if beats_baselines(record) else _NOT_BETTER
    return _(sentence).format(method=default_title(record))


def unreliable_note(record: MapRecord | None, method: str) -> str:
    """Return, in English, that a method is the default but not reliable, "" where the record does not say that."""
    if record is None or method != record.recommended or is_reliable(record):
        return ""
    return _NOTE_FAILING if mostly_failing(record) else _NOTE_NOT_BETTER


def method_note(card: Card, method: str, check: MapCheck | None) -> str:
    """Return, in English, what the model's record says against the method of a heat map, "" for nothing.

    check: of that map, None where it was not checked. Where it passed, the sentence says how both go together.
    """
    record = usable_map_record(card)
    against = unreliable_note(record, method)
    if not against or check is None or check_word(check) != "passed":
        return against
    return _PASSED_FAILING if mostly_failing(record) else _PASSED_NOT_BETTER
