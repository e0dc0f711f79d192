"""Define and read training recipes: one TOML file with everything `meddx train` does and the card states."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from meddx.errors import Refused, field_faults
from meddx.evaluate.sets.recipe_sets import RecipeData, RecipeSets, read_sets
from meddx.evaluate.sets.set_sources import Manifest
from meddx.model.architectures import ARCHITECTURES
from meddx.model.card import Accepts, Code, Fraction, Input, IntendedUse, Text
from meddx.model.record_fields import RecordField, check_distinct


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LabelText(_Part):
    """A label as its author describes it; thresholds and quantiles are computed."""

    name: Text
    title: Text
    code: Code
    absence: bool = False


class Augmentation(_Part):
    """Random changes to each training image, drawn anew every epoch, uniform in plus or minus the amount given.

    shift: fraction of the side; rotation: degrees; scale, contrast: 0.1 means a factor of 0.9 to 1.1;
    brightness: fraction of the input's range; mirror: left and right swapped half of the time; flip: top and bottom;
    quarter_turns: turned by none, one, two or three right angles. The last two suit only what has no upright position.

    Half of the images are spared each of these: blur: Gaussian, standard deviation up to so many pixels of the input;
    noise: white, standard deviation up to this fraction of the range; compression: JPEG of quality 100 down to
    100 (1 - compression).
    """

    shift: Fraction = 0.0
    rotation: Annotated[float, Field(ge=0, le=180)] = 0.0
    scale: Annotated[float, Field(ge=0, lt=1)] = 0.0
    contrast: Annotated[float, Field(ge=0, lt=1)] = 0.0
    brightness: Fraction = 0.0
    mirror: bool = False
    flip: bool = False
    quarter_turns: bool = False
    blur: Annotated[float, Field(ge=0, le=8)] = 0.0
    noise: Fraction = 0.0
    compression: Fraction = 0.0

    @property
    def corruptions(self) -> bool:
        """Return whether images are blurred, made noisy or compressed."""
        return bool(self.blur or self.noise or self.compression)


class RecipeNote(_Part):
    """The note that the network reads, from the manifest's column `note`.

    words: the most that are read of one. vocabulary_size: the most words that are known, those of the most patients.
    fewest_patients: whose notes a word must be in, so that no name of one patient is kept.
    """

    words: Annotated[int, Field(gt=0, le=512)] = 64
    vocabulary_size: Annotated[int, Field(gt=0)] = 2000
    fewest_patients: Annotated[int, Field(gt=1)] = 5


class Fusion(_Part):
    """How image, record and note are joined (meddx.model.architectures.fusion) and taken away in training.

    modality_dropout: share of the cases that lose one or more parts; field_dropout: chance of each field to go missing.
    join: "dense" trains the parts together; "sum" trains the image alone, and record and note alone, and adds their
    logits (meddx.training.summed_parts), so that joint_units and dropout are of no use.
    """

    join: Literal["dense", "sum"] = "dense"

    record_units: Annotated[int, Field(gt=0)] = 16
    note_units: Annotated[int, Field(gt=0)] = 16
    word_units: Annotated[int, Field(gt=0)] = 16
    joint_units: Annotated[int, Field(gt=0)] = 32
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.2
    modality_dropout: Annotated[float, Field(gt=0, lt=1)] = 0.5
    field_dropout: Annotated[float, Field(gt=0, lt=1)] = 0.15


class Fitting(_Part):
    """Adam (Kingma and Ba 2015, arXiv:1412.6980) on cross-entropy, learning rate rising linearly, then half a cosine.

    class_weights: images of a label count in inverse proportion to its frequency; where labels exclude each other the
    finished network's probabilities are put back to the frequencies of training. patience: epochs without a lower
    validation cross-entropy before training stops; the best weights are kept. pretrained: weights to start with;
    pretrained_part: they are of a larger network, of which this is a part. frozen_through: layers from the input to
    this one keep the weights and statistics they start with. label_smoothing: this part of each target is shared out
    evenly between the labels (Szegedy et al. 2015, arXiv:1512.00567). averaging: validated and kept is not the network
    itself but the moving average of its weights, of which this part stays at each step. box_weight: what it counts,
    beside cross-entropy, that evidence lies elsewhere than for the true label inside the boxes of the set.
    evidence_sparsity: what the strength of all evidence counts (L1), so that it stays where it is needed; both are of
    the explained map, feature times weight of the last layer, and need a head that only averages over places.
    """

    architecture: Text
    options: dict[str, Any] = {}
    pretrained: str | None = None
    pretrained_part: bool = False
    frozen_through: Text | None = None
    epochs: Annotated[int, Field(gt=0)]
    batch: Annotated[int, Field(gt=0)] = 32
    learning_rate: Annotated[float, Field(gt=0)] = 1e-3
    warmup_epochs: Annotated[float, Field(ge=0)] = 0.0
    patience: Annotated[int, Field(gt=0)] = 10
    class_weights: bool = True
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    averaging: Annotated[float, Field(ge=0, lt=1)] = 0.0
    box_weight: Annotated[float, Field(ge=0)] = 0.0
    evidence_sparsity: Annotated[float, Field(ge=0)] = 0.0
    seed: Annotated[int, Field(ge=0)] = 0
    augmentation: Augmentation = Augmentation()
    fusion: Fusion = Fusion()

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.architecture not in ARCHITECTURES:
            raise ValueError(f"architecture must be one of {', '.join(ARCHITECTURES)}")
        return self


class TwoSidedQuestion(_Part):
    """A two-sided comparison between groups of labels, e.g. pneumonia of either kind against normal."""

    name: Text
    positive: tuple[Text, ...]
    negative: tuple[Text, ...]


class Recipe(_Part):
    """A complete training recipe, as in one TOML file."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    title: Text
    summary: Text
    task: Literal["exclusive", "multilabel"]
    ordered: bool = False
    synthetic: bool = False
    labels: Annotated[tuple[LabelText, ...], Field(min_length=2)]
    input: Input
    accepts: Accepts
    use: IntendedUse
    data: RecipeData
    fitting: Fitting
    comparisons: tuple[TwoSidedQuestion, ...] = ()
    coverage: Fraction = 0.9
    pretrained_origin: str | None = None
    fields: tuple[RecordField, ...] = ()
    note: RecipeNote | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        """Return what the network takes, in order: "image", "record" where there are fields, "note"."""
        return ("image", *(["record"] if self.fields else []), *(["note"] if self.note else []))

    @property
    def exclusive(self) -> bool:
        """Return whether exactly one label is true of every image."""
        return self.task == "exclusive"

    @property
    def label_names(self) -> tuple[str, ...]:
        """Return the names of the labels, in output order."""
        return tuple(label.name for label in self.labels)

    def sets(self, folder: Path) -> RecipeSets:
        """Return the images of the recipe, whose file is in `folder`.

        Raises Refused as meddx.evaluate.sets.recipe_sets.read_sets.
        """
        return read_sets(self.data, self.label_names, self.fitting.seed, folder)

    @model_validator(mode="after")
    def _turns_fit(self) -> Self:
        if self.fitting.augmentation.quarter_turns and self.input.height != self.input.width:
            raise ValueError("quarter_turns needs an input as high as wide")
        return self

    @model_validator(mode="after")
    def _one_label_has_the_box(self) -> Self:
        if self.fitting.box_weight and not self.exclusive:
            raise ValueError("box_weight needs labels that exclude each other")
        return self

    @model_validator(mode="after")
    def _fusion_learns_from_labels(self) -> Self:
        check_distinct(self.fields)
        if len(self.parts) > 1 and (self.fitting.box_weight or self.fitting.evidence_sparsity):
            raise ValueError("box_weight and evidence_sparsity are of networks for images alone; leave fields out")
        if self.note and isinstance(self.data.train, Manifest) and self.data.train.group_column is None:
            raise ValueError("a note needs group_column in data.train: words of one patient alone must not be kept")
        return self

    @model_validator(mode="after")
    def _sides_are_labels(self) -> Self:
        for comparison in self.comparisons:
            sides = comparison.positive + comparison.negative
            if not set(sides) <= set(self.label_names) or len(set(sides)) != len(sides):
                raise ValueError(f"comparison {comparison.name!r} must name labels, each once")
        if self.comparisons and not self.exclusive:
            raise ValueError("comparisons need labels that exclude each other")
        return self


def read_recipe(path: Path) -> Recipe:
    """Return the recipe in the TOML file.

    Raises Refused naming the field, the value and the rule.
    """
    return recipe_of(read_toml(path), path.name)


def recipe_of(content: dict[str, Any], name: str) -> Recipe:
    """Return the recipe of a TOML file's content. Raises Refused as read_recipe does, with `name` for the file's."""
    try:
        return Recipe.model_validate(content)
    except ValidationError as error:
        raise Refused("invalid-recipe", f"{name}: {field_faults(error)}; correct it.") from error


def read_toml(path: Path) -> dict[str, Any]:
    """Return the content of a recipe's file, or of a search over one. Raises Refused."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Refused("unreadable-recipe", f"{path} cannot be read as TOML ({error}); correct it.") from error
