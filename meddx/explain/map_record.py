"""Read what was measured about a model's heat maps: models/<id>/explanations.toml, beside its card.

`meddx explain-check` writes it. Nothing here needs a network or the images.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from meddx.errors import CardError, field_faults
from meddx.explain.map_limits import MapLimits
from meddx.explain.methods import METHODS
from meddx.model.card import Card, Text

RECORD_FILE = "explanations.toml"

RECOMMENDED = "recommended"
"""In place of a method's name: the one that Diagnose shows first."""

PASSING = "passes the quick check"
"""The measure that is the share of a method's maps whose quick check passes (meddx.explain.map_check.quick_check)."""

RowKind = Literal["method", "reference", "baseline"]
"""A method of meddx, another software's map of the same model and image, or a baseline that uses no model."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MethodRecord(_Part):
    """Describe one row of the table.

    name: as in meddx.explain.methods.METHODS for a method.
    scale: where its colours end: the 99th percentile over validation images of the strongest evidence in any label's
        map, in the method's own units; None where none is defined.
    threshold: the share of a map's highest value at or above which a pixel counts as marked, chosen on validation
        images for the highest intersection over union; None where the images have no boxes or masks.
    seconds: for one image and every label, as measured while the record was made.
    """

    name: Text
    title: Text
    kind: RowKind = "method"
    scale: Annotated[float, Field(gt=0)] | None = None
    threshold: Annotated[float, Field(ge=0, le=1)] | None = None
    seconds: Annotated[float, Field(ge=0)] | None = None


class RecordedMeasure(_Part):
    """Hold one number: a rate or mean over `n` maps of the images of `set`, with its 95 % interval."""

    method: Text
    measure: Text
    set: Text
    value: float
    low: float
    high: float
    n: Annotated[int, Field(gt=0)]
    interval: Text


class CheckedMap(_Part):
    """State whether the map of one finding passed its quick check.

    case: as in the model's recorded test predictions; label: of the finding.
    """

    case: Text
    label: Text
    passed: bool


class MapRecord(_Part):
    """Hold the content of models/<id>/explanations.toml.

    model, version, weights_sha256: what it was measured on; numbers of other weights do not apply.
    images: the images, in words; synthetic: whether no patient was imaged. command: what wrote it.
    recommended: the method that Diagnose shows first; decided_by: the measure that decided, where known; why: in
        sentences.
    checked: each map of test images behind PASSING, by the method `recommended`; empty where that was not recorded, and
        where the images are not those of the recorded predictions.
    limits: of the check of this model's maps, set on its own images; None where no findings were marked, and of models
        whose limits come with meddx.
    """

    model: Text
    version: Text
    weights_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    images: Text
    synthetic: bool = False
    command: Text
    recommended: Text
    decided_by: Text | None = None
    why: Text
    methods: Annotated[tuple[MethodRecord, ...], Field(min_length=1)]
    measured: tuple[RecordedMeasure, ...] = ()
    checked: tuple[CheckedMap, ...] = ()
    limits: MapLimits | None = None

    @model_validator(mode="after")
    def _names_agree(self) -> Self:
        rows = {method.name: method for method in self.methods}
        if self.recommended not in rows or rows[self.recommended].kind != "method":
            raise ValueError("recommended must be one of the methods")
        if unknown := sorted({one.method for one in self.measured} - rows.keys()):
            raise ValueError(f"measured names {unknown[0]!r}, which is no row")
        return self

    def method(self, name: str) -> MethodRecord | None:
        """Return the row of that name, None where there is none."""
        return next((method for method in self.methods if method.name == name), None)

    def best_passing(self) -> RecordedMeasure | None:
        """Return the share of test images' maps that pass the quick check, of the method with the highest; or None."""
        shares = [self.of(method.name, PASSING) for method in self.methods if method.kind == "method"]
        return max((share for share in shares if share is not None), key=lambda share: share.value, default=None)

    def of(self, method: str, measure: str, images: str = "test") -> RecordedMeasure | None:
        """Return the number of a method over one set, None where it was not measured."""
        sought = (method, measure, images)
        return next((one for one in self.measured if (one.method, one.measure, one.set) == sought), None)


def first_method(record: MapRecord | None) -> str:
    """Return the method that is used until another is chosen: the record's, or the first of METHODS without one."""
    return next(iter(METHODS)) if record is None else record.recommended


def method_named(asked: str, folder: Path, card: Card) -> str:
    """Return a method of METHODS as it is, and for RECOMMENDED the one that Diagnose shows first for a model.

    folder: of the model. Raises CardError as read_record does.
    """
    return first_method(read_record(folder, card)) if asked == RECOMMENDED else asked


def own_limits(folder: Path, card: Card) -> MapLimits | None:
    """Return the limits of the check that were set on a model's own images, None where there are none.

    folder: of the model. Raises CardError as read_record does.
    """
    record = read_record(folder, card)
    return None if record is None else record.limits


def read_record(folder: Path, card: Card) -> MapRecord | None:
    """Return the record in a model's folder, None where there is none.

    Raises CardError where it cannot be read, or was measured on other weights than the card's.
    """
    path = folder / RECORD_FILE
    try:
        record = MapRecord.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise CardError(f"{card.id}/{RECORD_FILE}: {field_faults(error)}") from error
    except (OSError, ValueError) as error:
        raise CardError(f"{card.id}/{RECORD_FILE} cannot be read as TOML; make it again with explain-check") from error
    if record.weights_sha256 != card.weights.sha256:
        raise CardError(f"{card.id}/{RECORD_FILE} was measured on other weights; make it again with explain-check")
    return record
