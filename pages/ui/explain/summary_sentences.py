"""What the numbers say about a model's first method, in sentences."""

from meddx.evaluate.map_evaluation.measures import EMPTY, GAIN, NEAR
from meddx.explain.map_record import MapRecord, MethodRecord, RecordedMeasure
from meddx.formatting import percent, percent_span

LITTLE = 0.2
"""Of the answer: a map that holds less shows hardly any of it."""
RARE = 0.05
"""Of the maps: emptier than this is worth a sentence."""


def decided_by(record: MapRecord) -> str:
    """The name of the measure by which the method was recommended."""
    return record.decided_by or GAIN


def best_baseline(record: MapRecord, measure: str) -> tuple[MethodRecord, RecordedMeasure] | None:
    """The map that saw no network and did best on test images, None where none was measured."""
    found = [(row, record.of(row.name, measure)) for row in record.methods if row.kind == "baseline"]
    known = [(row, one) for row, one in found if one is not None]
    return max(known, key=lambda pair: pair[1].value, default=None)


def beats_chance(record: MapRecord) -> bool:
    """Whether the first method's interval on test images lies above every map that saw no network."""
    measure = decided_by(record)
    best, baseline = record.of(record.recommended, measure), best_baseline(record, measure)
    return best is None or baseline is None or best.low > baseline[1].value


def record_sentences(record: MapRecord) -> list[str]:
    """What test images showed of the first method, beside the best map that saw no network; then why it is that one."""
    said = [_points(record), _holds(record)]
    if not beats_chance(record):
        said.append("That is not clearly more than without a network: take no place from its maps on this model.")
    empty = record.of(record.recommended, EMPTY)
    if empty is not None and empty.value > RARE:
        said.append(f"{percent(empty.value)} of its maps mark nothing ({_shares(empty)}, n {empty.n:,}).")
    return [*filter(None, said), record.why]


def _points(record: MapRecord) -> str:
    best = record.of(record.recommended, NEAR)
    if best is None:
        return "Nothing is marked on these images, so whether its maps find the finding is not known."
    said = (
        f"On {percent(best.value)} of test images ({_shares(best)}, n {best.n:,}) the highest place of its map lies on"
    )
    said += " the finding or right beside it"
    baseline = best_baseline(record, NEAR)
    if baseline is None:
        return said + "."
    said += f"; {_named(baseline[0])}: {percent(baseline[1].value)}."
    return said if best.low > baseline[1].value else said + " Do not look for the finding by it."


def _holds(record: MapRecord) -> str:
    best, baseline = record.of(record.recommended, GAIN), best_baseline(record, GAIN)
    if best is None:
        return ""
    said = f"The places it marks hold {best.value:z.2f} of the answer ({_range(best, 'z.2f')}, n {best.n:,}; 1 is all)"
    said += "." if baseline is None else f"; {_named(baseline[0])}: {baseline[1].value:z.2f}."
    return said + " That is little: most of the answer hangs on other places." if best.value < LITTLE else said


def _named(baseline: MethodRecord) -> str:
    return f"a map that saw no network ({baseline.title[0].lower()}{baseline.title[1:]})"


def _shares(one: RecordedMeasure) -> str:
    return percent_span(one.low, one.high, 0)


def _range(one: RecordedMeasure, form: str) -> str:
    return f"{one.low:{form}} to {one.high:{form}}"
