"""The model card: everything a reader, the pipeline and a report need to know about one version of one model.

The reporting items follow Mitchell et al. 2019, "Model Cards for Model Reporting" (arXiv:1810.03993).
"""

import hashlib
import math
import tomllib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from meddx.errors import CardError, field_faults
from meddx.model.importing.found_model import ChannelOrder, Resize, Scaling
from meddx.model.record_fields import NoteInput, RecordField, check_distinct

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Text = Annotated[str, Field(min_length=1)]
TRAINING_IMAGES, CALIBRATION_IMAGES = "training images", "calibration images"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Code(_Part):
    """A coded concept, PS3.3 8.8: scheme "SCT" (SNOMED CT) or "RADLEX", value and meaning."""

    scheme: Literal["SCT", "RADLEX"]
    value: Text
    meaning: Text


class Label(_Part):
    """One output of the model; the labels are in output order. None stands for what is not known.

    code: the coded concept. threshold: calibrated probability at or above which the label is a finding; without one it
        never is. threshold_rule: how it was chosen, one phrase; threshold_set: on which cases.
    absence: True for "normal": reaching its threshold is the absence of disease.
    conformal_quantile: (1 - alpha) quantile of 1 - p among validation cases of this class, so that a label with
        1 - p at or below it stays in the prediction set (Sadinle, Lei and Wasserman 2019, class-conditional).
    """

    name: Text
    title: Text
    code: Code | None = None
    threshold: Fraction | None = None
    threshold_rule: Text | None = None
    threshold_set: Text | None = None
    conformal_quantile: Fraction | None = None
    absence: bool = False

    @model_validator(mode="after")
    def _says_where_its_threshold_is_from(self) -> Self:
        if len({value is None for value in (self.threshold, self.threshold_rule, self.threshold_set)}) > 1:
            raise ValueError("threshold, threshold_rule and threshold_set go together")
        return self


class Input(_Part):
    """The network's input: (height, width, channels), displayed grey or colour mapped to [low, high].

    resize: "pad" keeps the image's aspect ratio and pads with `low`; "stretch" fills the input; "crop" keeps the aspect
        ratio, fills the input and cuts what lies beyond it.
    scaling: for a model that was trained elsewhere, what its own network was trained on; the layers that make it of
        values in [low, high] are in the weights file. channel_order: of colour, likewise.
    """

    height: Annotated[int, Field(gt=0)]
    width: Annotated[int, Field(gt=0)]
    channels: Literal[1, 3]
    low: float
    high: float
    resize: Resize
    scaling: Scaling | None = None
    channel_order: ChannelOrder | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low < self.high:
            raise ValueError("low must be below high")
        return self


class Accepts(_Part):
    """The images that the model may be applied to, by Modality, BodyPartExamined and ViewPosition.

    An empty list accepts any.
    An image that states another value is refused. One that states none is answered with a note.
    unlabelled_images: whether PNG and JPEG, which state nothing, are answered (with a note).
    age_years, sex: of the patients that the model is made for: lowest and highest age in completed years, and values of
        PatientSex. An image of another patient is answered with a caution.
    """

    modality: tuple[str, ...]
    body_part: tuple[str, ...]
    view: tuple[str, ...] = ()
    unlabelled_images: bool = True
    age_years: tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]] | None = None
    sex: tuple[Literal["F", "M", "O"], ...] = ()

    @model_validator(mode="after")
    def _ordered_ages(self) -> Self:
        if self.age_years is not None and self.age_years[0] > self.age_years[1]:
            raise ValueError("the lowest age comes first")
        return self


class ExplainedLayer(_Part):
    """The layer that Grad-CAM explains, and the scale of its heat maps.

    layer: name of the layer whose output, after its ReLU, Grad-CAM explains.
    heatmap_scale: evidence in logit units at which the colour scale ends; how it was found is in `scale_rule`. None
        where it was not measured: each map is then stretched to its own maximum.
    """

    layer: Text
    heatmap_scale: Annotated[float, Field(gt=0)] | None = None
    scale_rule: Text | None = None

    @model_validator(mode="after")
    def _says_where_its_scale_is_from(self) -> Self:
        if (self.heatmap_scale is None) != (self.scale_rule is None):
            raise ValueError("heatmap_scale and scale_rule go together")
        return self


class Calibration(_Part):
    """Temperature scaling, Guo et al. 2017 (arXiv:1706.04599): p = softmax or sigmoid of logits / temperature.

    coverage: 1 - alpha of the prediction sets.
    """

    temperature: Annotated[float, Field(gt=0)]
    fitted_on: Text
    coverage: Fraction


class Training(_Part):
    """The origin of the weights: training data, split and configuration.

    image_side: longest side of the images in pixels, where they were smaller than the input.
    """

    data: Text
    licence: Text
    doi: str | None = None
    split_rule: Text
    n_train: Annotated[int, Field(ge=0)]
    n_validation: Annotated[int, Field(ge=0)]
    n_test: Annotated[int, Field(ge=0)]
    config: Text
    pretrained: str | None = None
    image_side: Annotated[int, Field(gt=0)] | None = None


class CardMetric(_Part):
    """One measured metric: value with its 95 % interval, number of cases and name of the set.

    low, high: None where the cases allow no interval. label: None for a number over all labels. interval: the method.
    reason: why there is no interval, or why it is not to be relied on; None where it is.
    """

    name: Text
    set: Text
    value: float
    low: float | None = None
    high: float | None = None
    n: Annotated[int, Field(gt=0)]
    label: str | None = None
    interval: Text
    reason: str | None = None

    @model_validator(mode="after")
    def _has_both_limits_or_neither(self) -> Self:
        if (self.low is None) != (self.high is None):
            raise ValueError("an interval has both limits or neither")
        return self


class IntendedUse(_Part):
    """The intended use of the model and its known failures."""

    intended: Text
    not_for: Text
    known_failures: tuple[Text, ...]


class Weights(_Part):
    """The weights file beside the card, its SHA-256 (hex) and the Keras version that wrote it."""

    file: Annotated[str, Field(pattern=r"^[\w.-]+\.keras$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    keras: Text
    parameters: Annotated[int, Field(gt=0)]


_TEXTS = {"title", "summary", "architecture", "training", "metrics", "use"}


class Card(_Part):
    """The model card in models/<id>/card.toml.

    ordered: the labels exclude each other and go from least to most, as grades do.
    calibration: None where the model was never calibrated: its outputs are then raw scores.
    training: None where nothing is known of it.
    fields, note: what the model takes beside the image; nothing as a rule.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    title: Text
    summary: Text
    architecture: Text
    task: Literal["exclusive", "multilabel"]
    ordered: bool = False
    synthetic: bool = False
    labels: Annotated[tuple[Label, ...], Field(min_length=2)]
    input: Input
    accepts: Accepts
    explained: ExplainedLayer
    calibration: Calibration | None = None
    training: Training | None = None
    metrics: tuple[CardMetric, ...]
    use: IntendedUse
    weights: Weights
    fields: tuple[RecordField, ...] = ()
    note: NoteInput | None = None

    @model_validator(mode="after")
    def _fields_are_distinct(self) -> Self:
        check_distinct(self.fields)
        return self

    @model_validator(mode="after")
    def _labels_are_distinct(self) -> Self:
        names = [label.name.casefold() for label in self.labels]
        if len(set(names)) != len(names):
            raise ValueError("labels must differ, also without regard to case")
        return self

    @model_validator(mode="after")
    def _grades_exclude_each_other(self) -> Self:
        if self.ordered and self.task != "exclusive":
            raise ValueError("ordered labels must be exclusive")
        return self

    @model_validator(mode="after")
    def _prediction_sets_need_a_coverage(self) -> Self:
        if len({label.conformal_quantile is None for label in self.labels}) > 1:
            raise ValueError("conformal_quantile is given for every label or for none")
        if self.has_prediction_sets and self.calibration is None:
            raise ValueError("conformal_quantile needs calibration, which states the coverage")
        return self

    @property
    def has_thresholds(self) -> bool:
        """Return whether every label has a threshold."""
        return all(label.threshold is not None for label in self.labels)

    @property
    def has_prediction_sets(self) -> bool:
        """Return whether the card says which labels can be ruled out."""
        return all(label.conformal_quantile is not None for label in self.labels)

    @property
    def reference_images(self) -> str:
        """Return the images that a new one is compared with, as a plural noun; a model added here has no others."""
        return TRAINING_IMAGES if self.training else CALIBRATION_IMAGES

    @property
    def parts(self) -> tuple[str, ...]:
        """Return what the model takes, in order: "image", "record" where there are fields, "note"."""
        return ("image", *(["record"] if self.fields else []), *(["note"] if self.note else []))

    @property
    def is_fused(self) -> bool:
        """Return whether the model takes more than an image."""
        return len(self.parts) > 1

    @property
    def temperature(self) -> float:
        """Return the temperature of its probabilities; 1, which leaves the scores as they are, when uncalibrated."""
        return 1.0 if self.calibration is None else self.calibration.temperature

    def thresholds(self, labels: Sequence[str]) -> tuple[float, ...]:
        """Return the thresholds of these labels of the card, NaN where there is none."""
        of = {label.name: math.nan if label.threshold is None else label.threshold for label in self.labels}
        return tuple(of[label] for label in labels)

    def quantiles(self, labels: Sequence[str]) -> tuple[float, ...] | None:
        """Return the conformal quantiles of these labels of the card, None without prediction sets."""
        of = {one.name: one.conformal_quantile for one in self.labels if one.conformal_quantile is not None}
        return tuple(of[label] for label in labels) if self.has_prediction_sets else None

    @cached_property
    def fingerprint(self) -> str:
        """Return the SHA-256 (hex) of all that decides an answer: everything in the card but its texts for readers."""
        left_out: dict[str, Any] = dict.fromkeys(_TEXTS, True)
        # Later fields: cards without them keep their fingerprint.
        if self.input.channel_order is None:
            left_out["input"] = {"channel_order"}
        left_out |= {name: True for name in ("fields", "note") if not getattr(self, name)}
        left_out["accepts"] = {name for name in ("age_years", "sex") if not getattr(self.accepts, name)}
        return hashlib.sha256(self.model_dump_json(exclude=left_out).encode()).hexdigest()

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy, whose fingerprint is its own."""
        copy = super().model_copy(update=update, deep=deep)
        copy.__dict__.pop("fingerprint", None)
        return copy

    @property
    def key(self) -> str:
        """Return the id with the fingerprint, "ID:FINGERPRINT", by which an engine is asked for this very card."""
        return f"{self.id}:{self.fingerprint}"

    def orders(self, labels: tuple[str, ...]) -> bool:
        """Return whether `labels` are the grades of this card, from least to most."""
        return self.ordered and labels == tuple(label.name for label in self.labels)


def read_card(path: Path) -> Card:
    """Return the card in the TOML file at `path`.

    Raises CardError naming every field at fault, its value and the rule.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CardError(f"{path.parent.name}/{path.name} cannot be read as TOML: {error}") from error
    try:
        return Card.model_validate(content)
    except ValidationError as error:
        raise CardError(f"{path.parent.name}/{path.name}: {field_faults(error)}") from error
