"""Turn the fields of a record into network inputs, and say which of them the answer goes without."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.imaging.patient_age import age_in_years
from meddx.model.record_fields import CategoryField, NumberField, RecordField, YesNoField, record_width
from meddx.types import FieldFault

AGE_UNIT = "years"
"""The unit of a number that may be given as an age string (meddx.imaging.patient_age.age_in_years)."""
YES_WORDS, NO_WORDS = {"1", "1.0", "true", "yes", "y"}, {"0", "0.0", "false", "no", "n"}
NOT_KNOWN = {"", "unknown", "na", "n/a", "nan", "none", "?"}
"""What people write where a value is not known; a category may have values of these words."""


@dataclass(frozen=True)
class EncodedRecord:
    """A record as the network takes it.

    values: float32 (record_width(fields),), field after field, the last input of each 1 where it is missing.
    faults: by field, why the answer goes without it; fields that are given well are not in it.
    """

    values: NDArray[np.float32] = field(repr=False)
    faults: Mapping[str, FieldFault]


def encode_record(fields: Sequence[RecordField], given: Mapping[str, str]) -> EncodedRecord:
    """Return the record of these values, by the fields' names without regard to case.

    Numbers are scaled to [-1, 1] over their range, yes and no are 1 and -1, a category marks its value by 1. What is
    missing, out of range or unknown is 0 throughout. Names that are no fields are left alone.
    """
    known = {name.strip().casefold(): value.strip() for name, value in given.items()}
    parts: list[NDArray[np.float32]] = []
    faults: dict[str, FieldFault] = {}
    for one in fields:
        values = np.zeros(one.width, np.float32)
        fault = _encode(one, known.get(one.name.casefold(), ""), values)
        if fault is not None:
            faults[one.name] = fault
            values[:] = 0
            values[-1] = 1
        parts.append(values)
    return EncodedRecord(np.concatenate(parts) if parts else np.zeros(0, np.float32), faults)


def check_names(fields: Sequence[RecordField], given: Mapping[str, str]) -> None:
    """Raise Refused where a record has a field that the model does not take; its values are not repeated."""
    names = {one.name.casefold() for one in fields}
    unknown = sum(name.strip().casefold() not in names for name in given)
    if unknown:
        listed = ", ".join(one.name for one in fields)
        raise Refused(
            "no-such-field",
            f"The record has {unknown} field{'s' if unknown > 1 else ''} that this model does not take; "
            + (f"it takes {listed}." if fields else "it takes none: leave the record out."),
        )


def slices(fields: Sequence[RecordField]) -> dict[str, slice]:
    """Return by field which inputs of the network are its own."""
    places, start = {}, 0
    for one in fields:
        places[one.name] = slice(start, start + one.width)
        start += one.width
    return places


def missing_record(fields: Sequence[RecordField]) -> NDArray[np.float32]:
    """Return the record whose every field is missing, float32 (record_width(fields),)."""
    values = np.zeros(record_width(tuple(fields)), np.float32)
    for place in slices(fields).values():
        values[place.stop - 1] = 1
    return values


def _encode(one: RecordField, text: str, values: NDArray[np.float32]) -> FieldFault | None:
    """Write the field's inputs into `values`, all zero before; return why it cannot be used, None where it can."""
    listed = [value.casefold() for value in one.values] if isinstance(one, CategoryField) else []
    if text.casefold() in NOT_KNOWN and text.casefold() not in listed:
        return "missing"
    match one:
        case NumberField():
            number = _number(text, one.unit)
            if number is None:
                return "unknown value"
            if not one.low <= number <= one.high:
                return "out of range"
            values[0] = 2 * (number - one.low) / (one.high - one.low) - 1
        case CategoryField():
            if text.casefold() not in listed:
                return "unknown value"
            values[listed.index(text.casefold())] = 1
        case YesNoField():
            if text.casefold() not in YES_WORDS | NO_WORDS:
                return "unknown value"
            values[0] = 1 if text.casefold() in YES_WORDS else -1
    return None


def _number(text: str, unit: str) -> float | None:
    """Return the number in a text, which may be DICOM's age string where the unit is years.

    The decimal mark may be a comma. None for anything else, and for infinity.
    """
    if unit == AGE_UNIT and (age := age_in_years(text)) is not None:
        return age
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None
