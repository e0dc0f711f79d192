"""Read the images that a recipe names and split them into training, validation and test sets."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from meddx.config import ROOT, data_dir
from meddx.errors import Refused
from meddx.evaluate.sets.consecutive_blocks import ConsecutiveBlocks, cut_blocks
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.evaluate.sets.patient_split import PatientsHeldOut, cut_patients, hold_out_patients
from meddx.evaluate.sets.set_sources import SetSource
from meddx.model.card import Card, Text

SHARED_DATA = "data:"
"""A path that begins so lies in the folder of public data sets (MEDDX_DATA); others are relative to the recipe."""


class RecipeData(BaseModel):
    """The image sets of a recipe, and what the model card states about them.

    Without `validation`, patients are held out from `train` for it. image_side: longest side of the images in pixels,
    where they are smaller than the input.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Text
    licence: Text
    doi: str | None = None
    image_side: Annotated[int, Field(gt=0)] | None = None
    split_rule: Text
    train: SetSource
    test: Annotated[SetSource | ConsecutiveBlocks | PatientsHeldOut, Field(discriminator="kind")]
    validation: SetSource | None = None
    validation_fraction: Annotated[float, Field(gt=0, lt=0.5)] = 0.15

    @model_validator(mode="after")
    def _blocks_cut_both(self) -> Self:
        if isinstance(self.test, ConsecutiveBlocks) and self.validation is not None:
            raise ValueError("blocks cut validation from train as well; name no source for it")
        return self


@dataclass(frozen=True)
class RecipeSets:
    """The training, validation and test sets of a recipe."""

    train: LabelledSet
    validation: LabelledSet
    test: LabelledSet


def recipe_path(card: Card) -> Path:
    """Return the recipe of a model that was trained here.

    Raises Refused for one that was not: its images are not known.
    """
    if card.training is None:
        raise Refused(
            "no-recipe", f"{card.id} was not trained here, so its images are not known; bring a labelled set."
        )
    return ROOT / card.training.config


def read_sets(data: RecipeData, labels: tuple[str, ...], seed: int, recipe_folder: Path) -> RecipeSets:
    """Return the training, validation and test sets.

    Patients for validation are held out from training by `seed` where no validation set is named.
    labels: in the order of the model's outputs. Raises Refused when a set lacks images with or without some label:
    neither weights nor thresholds could be fitted on it.
    """

    def read(source: SetSource) -> LabelledSet:
        return source.read(labels, lambda path: resolve(path, recipe_folder))

    train = read(data.train)
    if isinstance(data.test, ConsecutiveBlocks):
        sets = RecipeSets(*cut_blocks(train, data.test))
    else:
        train, test = (
            cut_patients(train, data.test) if isinstance(data.test, PatientsHeldOut) else (train, read(data.test))
        )
        if data.validation is not None:
            sets = RecipeSets(train, read(data.validation), test)
        else:
            rows, held_out = hold_out_patients(train, data.validation_fraction, seed)
            sets = RecipeSets(train.subset(rows), train.subset(held_out), test)
    for name, images in (("training", sets.train), ("validation", sets.validation), ("test", sets.test)):
        _check(name, images)
    return sets


def recipe_sets(recipe: Path) -> RecipeSets:
    """Return the training, validation and test sets of a recipe file.

    Only its data, labels and seed are read, without Keras. Raises Refused where the file or its images cannot be read.
    """
    try:
        content = tomllib.loads(recipe.read_text(encoding="utf-8-sig"))
        labels = tuple(str(label["name"]) for label in content["labels"])
        data, seed = RecipeData.model_validate(content["data"]), int(content["fitting"].get("seed", 0))
    except (OSError, KeyError, TypeError, ValueError, ValidationError) as error:
        raise Refused(
            "unreadable-recipe",
            f"{recipe.name} is no recipe whose images could be found; give one with [[labels]] and [data].",
        ) from error
    return read_sets(data, labels, seed, recipe.parent)


def _check(name: str, images: LabelledSet) -> None:
    if not images.cases:
        raise Refused("empty-set", f"The {name} set has no images; correct its source in the recipe.")
    counts = images.targets().sum(axis=0)
    for label, count in zip(images.labels, counts, strict=True):
        if count in (0, len(images)):
            raise Refused(
                "one-sided-label",
                f"The {name} set needs images with and without {label!r}; it has one kind; add the other.",
            )


def resolve(path: str, recipe_folder: Path) -> Path:
    """Return the location of a path written in a recipe.

    Raises Refused when it needs the public data sets and MEDDX_DATA is not set.
    """
    if not path.startswith(SHARED_DATA):
        return recipe_folder / path
    folder = data_dir()
    if folder is None:
        raise Refused("no-data", f"{path} lies among the public data sets; set MEDDX_DATA to their folder.")
    return folder / path.removeprefix(SHARED_DATA)
