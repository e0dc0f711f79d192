"""What stands beside a field: where its value is from, or why the answer goes without it."""

from collections.abc import Mapping, Sequence

from meddx.model.record_encoding import encode_record
from meddx.model.record_fields import NumberField, RecordField
from meddx.types import FieldFault
from pages.ui.diagnose.record.known_beside import Known, ValueSource

_SOURCES: Mapping[ValueSource, str] = {
    "header": "From the image's header.",
    "table": "From the table.",
    "reader": "Entered here.",
    "": "",
}


def field_title(field: RecordField) -> str:
    """Return the title with unit and range, for a label: "Age, 0 to 120 years"."""
    return f"{field.title}, {field.accepted}" if isinstance(field, NumberField) else field.title


def left_out(fields: Sequence[RecordField], known: Mapping[str, Known]) -> Mapping[str, FieldFault]:
    """Return by field why the engine will leave it out; fields that it will use are not in it."""
    return encode_record(fields, {name: one.text for name, one in known.items()}).faults


def field_state(field: RecordField, known: Known, fault: FieldFault | None) -> tuple[str, str]:
    """Return a key for the style ("given", "missing", "refused") and the words. The value itself is not repeated."""
    if fault is None:
        return "given", _SOURCES[known.source]
    if fault == "missing":
        return "missing", "Not given."
    reason = f"Out of range ({field.accepted})" if fault == "out of range" else f"None of its values ({field.accepted})"
    if isinstance(field, NumberField) and fault == "unknown value":
        reason = "No number"
    return "refused", f"{reason}: left out. {_SOURCES[known.source]}"


def note_state(known: Known, most_words: int, words: int) -> tuple[str, str]:
    """Return the same of the note. words: that it has; most_words: that the model reads."""
    if not words:
        return "missing", f"Not given. The first {most_words} words of one are read."
    unread = f" The first {most_words} of its {words} words are read." if words > most_words else ""
    return "given", f"{_SOURCES[known.source]}{unread}"
