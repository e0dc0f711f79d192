"""What a file's header and a table's row say of the fields that a model asks for."""

from meddx.evaluate.class_names import key
from meddx.model.record_encoding import AGE_UNIT, NOT_KNOWN
from meddx.model.record_fields import CategoryField, NumberField, RecordField
from meddx.types import ImageHeader
from pages.ui.common.case_table import ListedCase, listed_value

_AGE = ("age", "patientage")
_SEX = ("sex", "patientsex")
_BODY_PART = ("bodypart", "bodypartexamined")
_VIEW = ("view", "viewposition")
"""Names of fields, without case and punctuation; those of DICOM's attributes among them."""
_SEXES = (("f", "female"), ("m", "male"), ("o", "other"))


def header_value(field: RecordField, header: ImageHeader) -> str:
    """Return the field's value as text, "" where the header does not say it.

    An age is taken where the field counts years; what the header says of the others is given as it stands, whether or
    not the field has such a value.
    """
    name = key(field.name)
    if isinstance(field, NumberField):
        if name in _AGE and field.unit == AGE_UNIT and header.age_years is not None:
            return f"{header.age_years:.4g}"
        return ""
    if not isinstance(field, CategoryField):
        return ""
    if name in _SEX:
        return _sex(field, header.sex)
    return header.body_part if name in _BODY_PART else header.view if name in _VIEW else ""


def table_value(field: RecordField, row: ListedCase) -> str:
    """Return the field's value in a table's row as text, "" where the row does not know it."""
    text = listed_value(row, field.name).strip()
    own = [value.casefold() for value in field.values] if isinstance(field, CategoryField) else []
    if text.casefold() in NOT_KNOWN and text.casefold() not in own:
        return ""
    return _sex(field, text) if isinstance(field, CategoryField) and key(field.name) in _SEX else text


def _sex(field: CategoryField, text: str) -> str:
    """Return the field's own word for a sex, else the text as it is."""
    words = next((words for words in _SEXES if text.casefold() in words), ())
    return next((value for value in field.values if value.casefold() in words), text)
