"""Sentences on how well a model's default method did on test images."""

import math

from meddx.evaluate.intervals import Interval
from meddx.evaluate.map_evaluation.measures import EMPTY, GAIN, NEAR
from meddx.explain.map_record import MapRecord, MethodRecord, RecordedMeasure
from meddx.formatting import percent, percent_span, signed
from pages.ui.common.passing_maps import mostly_failing, mostly_failing_sentence

LITTLE = 0.2
"""Share of the evidence: below it, most of the evidence lies outside the highlighted areas."""
MEANINGFUL = 0.1
"""Smallest difference to a baseline without a model, of a share, that is called clearly better."""
RARE = 0.05
"""Share of empty maps above which they are mentioned."""


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
    return row.title if row else record.recommended


def record_sentences(record: MapRecord) -> list[str]:
    """Return the default method's results on test images beside the best baseline, and why it was chosen.

    Where Diagnose withholds the model's maps, that comes first.
    """
    sentences = [*_withheld(record), _localisation(record), _faithfulness(record)]
    if not beats_baselines(record):
        sentences.append(f"Unreliable: not clearly better than a baseline without a model{_by(record)}.")
    empty = record.of(record.recommended, EMPTY)
    if empty is not None and empty.value > RARE:
        sentences.append(f"{percent(empty.value)} of its maps are empty ({_interval(empty)}, n {empty.n:,}).")
    return [*filter(None, sentences), record.why]


def _withheld(record: MapRecord) -> list[str]:
    """Return why Diagnose shows no heat map of the model, and which it shows on demand; nothing where it shows them."""
    share = mostly_failing(record)
    if share is None:
        return []
    return [
        mostly_failing_sentence(share),
        f"Diagnose withholds them; on demand it shows those of {default_title(record)}, to which the numbers below "
        "belong.",
    ]


def _by(record: MapRecord) -> str:
    """Return the difference to the best baseline with its interval, in brackets."""
    difference = difference_to_baseline(record)
    if difference is None:
        return ""
    return f" (difference {signed(difference.value, 2)}, {signed(difference.low, 2)} to {signed(difference.high, 2)})"


def _localisation(record: MapRecord) -> str:
    result = record.of(record.recommended, NEAR)
    if result is None:
        return "Whether its maps locate the finding is unknown: these images have no annotations."
    sentence = (
        f"In {percent(result.value)} of test images ({_interval(result)}, n {result.n:,}) the map's highest point lies "
        "on or next to the finding"
    )
    baseline = best_baseline(record, NEAR)
    if baseline is None:
        return f"{sentence}."
    sentence += f"; {_baseline_title(baseline[0])}: {percent(baseline[1].value)}."
    return sentence if result.low > baseline[1].value else f"{sentence} Do not use it to locate the finding."


def _faithfulness(record: MapRecord) -> str:
    result, baseline = record.of(record.recommended, GAIN), best_baseline(record, GAIN)
    if result is None:
        return ""
    sentence = (
        f"The highlighted areas account for {percent(result.value)} of the evidence ({_interval(result)}, "
        f"n {result.n:,}): hiding them removes it, showing them alone restores it"
    )
    sentence += "." if baseline is None else f"; {_baseline_title(baseline[0])}: {percent(baseline[1].value)}."
    return f"{sentence} Most of the evidence lies elsewhere." if result.value < LITTLE else sentence


def _baseline_title(baseline: MethodRecord) -> str:
    return f"best baseline without a model ({baseline.title[0].lower()}{baseline.title[1:]})"


def _interval(result: RecordedMeasure) -> str:
    return percent_span(result.low, result.high, 0)
