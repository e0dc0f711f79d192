"""What a file's header says of the fields that a model asks for: age, sex, body part and view."""

from meddx.evaluate.class_names import key
from meddx.model.record_encoding import AGE_UNIT
from meddx.model.record_fields import CategoryField, NumberField, RecordField
from meddx.types import ImageHeader

_AGE = ("age", "patientage")
_SEX = ("sex", "patientsex")
_BODY_PART = ("bodypart", "bodypartexamined")
_VIEW = ("view", "viewposition")
"""Names of fields, without case and punctuation; those of DICOM's attributes among them."""
_SEXES = {"female": ("f", "female"), "male": ("m", "male"), "other": ("o", "other")}


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
        words = _SEXES.get(header.sex, ())
        return next((value for value in field.values if value.casefold() in words), header.sex)
    return header.body_part if name in _BODY_PART else header.view if name in _VIEW else ""
