"""What the numbers say about a model's first method, in sentences."""

from meddx.evaluate.maps.measures import EMPTY, GAIN, NEAR
from meddx.explain.record import Measured, MethodRecord, Record

LITTLE = 0.2
"""Of the answer: a map that holds less shows hardly any of it."""
RARE = 0.05
"""Of the maps: emptier than this is worth a sentence."""


def decided_by(record: Record) -> str:
    """The name of the measure by which the method was recommended."""
    return record.decided_by or GAIN


def best_floor(record: Record, measure: str) -> tuple[MethodRecord, Measured] | None:
    """The map that saw no network and did best on test films, None where none was measured."""
    found = [(row, record.of(row.name, measure)) for row in record.methods if row.kind == "floor"]
    known = [(row, one) for row, one in found if one is not None]
    return max(known, key=lambda pair: pair[1].value, default=None)


def beats_chance(record: Record) -> bool:
    """Whether the first method's interval on test films lies above every map that saw no network."""
    measure = decided_by(record)
    best, floor = record.of(record.recommended, measure), best_floor(record, measure)
    return best is None or floor is None or best.low > floor[1].value


def sentences(record: Record) -> list[str]:
    """What test films showed of the first method, beside the best map that saw no network; then why it is that one."""
    said = [_points(record), _holds(record)]
    if not beats_chance(record):
        said.append("That is not clearly more than without a network: take no place from its maps on this model.")
    empty = record.of(record.recommended, EMPTY)
    if empty is not None and empty.value > RARE:
        said.append(f"{empty.value:.0%} of its maps mark nothing ({_range(empty, '.0%')}, n {empty.n:,}).")
    return [*filter(None, said), record.why]


def _points(record: Record) -> str:
    best = record.of(record.recommended, NEAR)
    if best is None:
        return "Nothing is marked on these films, so whether its maps find the finding is not known."
    said = (
        f"On {best.value:.0%} of test films ({_range(best, '.0%')}, n {best.n:,}) the highest place of its map lies on"
    )
    said += " the finding or right beside it"
    floor = best_floor(record, NEAR)
    if floor is None:
        return said + "."
    said += f"; {_named(floor[0])}: {floor[1].value:.0%}."
    return said if best.low > floor[1].value else said + " Do not look for the finding by it."


def _holds(record: Record) -> str:
    best, floor = record.of(record.recommended, GAIN), best_floor(record, GAIN)
    if best is None:
        return ""
    said = f"The places it marks hold {best.value:z.2f} of the answer ({_range(best, 'z.2f')}, n {best.n:,}; 1 is all)"
    said += "." if floor is None else f"; {_named(floor[0])}: {floor[1].value:z.2f}."
    return said + " That is little: most of the answer hangs on other places." if best.value < LITTLE else said


def _named(floor: MethodRecord) -> str:
    return f"a map that saw no network ({floor.title[0].lower()}{floor.title[1:]})"


def _range(one: Measured, form: str) -> str:
    return f"{one.low:{form}} to {one.high:{form}}"
