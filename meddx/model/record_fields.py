"""What a card declares beside the image: the fields of a record, and a note."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints, model_validator

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_FieldName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NumberField(_Part):
    """A number in `unit` from `low` to `high`, both included; outside it counts as missing."""

    kind: Literal["number"]
    name: _FieldName
    title: _Text
    unit: str = ""
    low: FiniteFloat
    high: FiniteFloat

    @property
    def width(self) -> int:
        """Return how many inputs of the network the field takes, that for "missing" among them."""
        return 2

    @property
    def accepted(self) -> str:
        """Return which values are accepted, for readers."""
        return f"{self.low:g} to {self.high:g} {self.unit}".strip()

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low < self.high:
            raise ValueError("low must be below high")
        return self


class CategoryField(_Part):
    """One of several values, compared without regard to case; any other counts as missing."""

    kind: Literal["category"]
    name: _FieldName
    title: _Text
    values: Annotated[tuple[_Text, ...], Field(min_length=2)]

    @property
    def width(self) -> int:
        """Return how many inputs of the network the field takes, that for "missing" among them."""
        return len(self.values) + 1

    @property
    def accepted(self) -> str:
        """Return which values are accepted, for readers."""
        return ", ".join(self.values)

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len({value.casefold() for value in self.values}) != len(self.values):
            raise ValueError("values must differ, also without regard to case")
        return self


class YesNoField(_Part):
    """Yes or no, in the words of meddx.model.record_encoding."""

    kind: Literal["yes/no"]
    name: _FieldName
    title: _Text

    @property
    def width(self) -> int:
        """Return how many inputs of the network the field takes, that for "missing" among them."""
        return 2

    @property
    def accepted(self) -> str:
        """Return which values are accepted, for readers."""
        return "yes, no"


RecordField = Annotated[NumberField | CategoryField | YesNoField, Field(discriminator="kind")]


class NoteInput(_Part):
    """A note in words.

    vocabulary: file in the model folder, one word a line; sha256: of that file (hex). words: the most that are read,
    from the beginning.
    """

    vocabulary: Annotated[str, Field(pattern=r"^[\w-]+\.txt$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    words: Annotated[int, Field(gt=0, le=512)]


def record_width(fields: tuple[RecordField, ...]) -> int:
    """Return how many inputs of the network the fields take together."""
    return sum(field.width for field in fields)


def check_distinct(fields: tuple[RecordField, ...]) -> None:
    """Raise ValueError where two fields have one name."""
    names = [field.name.casefold() for field in fields]
    if len(set(names)) != len(names):
        raise ValueError("fields must differ, also without regard to case")
