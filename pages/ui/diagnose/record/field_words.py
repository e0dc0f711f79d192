"""What stands beside a field: where its value is from, or why the answer goes without it."""

from collections.abc import Mapping, Sequence

from meddx.model.record_encoding import encode_record
from meddx.model.record_fields import NumberField, RecordField
from meddx.types import FieldFault
from pages.ui.common.language.formatting import paragraph
from pages.ui.common.language.language import N_, _
from pages.ui.common.language.translated import translated
from pages.ui.diagnose.record.known_beside import Known, ValueSource

_SOURCES: Mapping[ValueSource, str] = {
    "header": N_("From the image's header."),
    "table": N_("From the table."),
    "reader": N_("Entered here."),
    "": "",
}


def field_title(field: RecordField) -> str:
    """Return the title with unit and range, for a label: "Age, 0 to 120 years"."""
    if not isinstance(field, NumberField):
        return translated(field.title)
    return _("{field}, {range}").format(field=translated(field.title), range=translated(field.accepted))


def left_out(fields: Sequence[RecordField], known: Mapping[str, Known]) -> Mapping[str, FieldFault]:
    """Return by field why the engine will leave it out; fields that it will use are not in it."""
    return encode_record(fields, {name: one.text for name, one in known.items()}).faults


def field_state(field: RecordField, known: Known, fault: FieldFault | None) -> tuple[str, str]:
    """Return a key for the style ("given", "missing", "refused") and the words. The value itself is not repeated."""
    if fault is None:
        return "given", _(_SOURCES[known.source])
    if fault == "missing":
        return "missing", _("Not given.")
    if fault == "out of range":
        reason = _("Out of range ({range}): left out.").format(range=translated(field.accepted))
    elif isinstance(field, NumberField):
        reason = _("No number: left out.")
    else:
        reason = _("None of its values ({values}): left out.").format(values=translated(field.accepted))
    return "refused", paragraph([reason, _(_SOURCES[known.source])])


def note_state(known: Known, most_words: int, words: int) -> tuple[str, str]:
    """Return the same of the note. words: that it has; most_words: that the model reads."""
    if not words:
        return "missing", _("Not given. The first {count} words of one are read.").format(count=most_words)
    unread = _("The first {count} of its {words} words are read.").format(count=most_words, words=words)
    return "given", paragraph([_(_SOURCES[known.source]), unread if words > most_words else ""])
