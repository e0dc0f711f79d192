"""Define the sources of a recipe's images and labels, one model for each kind of labelled set."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from meddx.errors import Refused
from meddx.evaluate.sets.class_folders import read_class_folders
from meddx.evaluate.sets.dicom_table import read_dicom_table
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.evaluate.sets.manifest import read_manifest
from meddx.evaluate.sets.medmnist import MedMnistSplit, read_medmnist
from meddx.evaluate.sets.subfolders import read_subfolders
from meddx.evaluate.sets.yolo_boxes import read_yolo
from meddx.model.card import Text

Locate = Callable[[str], Path]
"""Returns the location of a path that the recipe names."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ClassFolders(_Part):
    """A set read by meddx.evaluate.sets.class_folders.

    root: folder; classes: label -> glob patterns; group: pattern that finds the patient in a file name.
    """

    kind: Literal["class_folders"]
    root: Text
    classes: dict[str, tuple[Text, ...]]
    group: Text | None = None

    def read(self, labels: tuple[str, ...], locate: Locate) -> LabelledSet:
        """Return the set with its labels in the recipe's order."""
        _same(set(self.classes), labels, self.root)
        return read_class_folders(locate(self.root), {label: self.classes[label] for label in labels}, self.group)


class Subfolders(_Part):
    """A set read by meddx.evaluate.sets.subfolders: root folder; folder name -> label where they differ."""

    kind: Literal["subfolders"]
    root: Text
    names: dict[str, str] = {}

    def read(self, labels: tuple[str, ...], locate: Locate) -> LabelledSet:
        """Return the set with its labels in the recipe's order."""
        return read_subfolders(locate(self.root), labels, self.names)


class Manifest(_Part):
    """A set read by meddx.evaluate.sets.manifest: CSV file, its columns, and the rows to read.

    where: column -> value; at_least: column -> number, such as `{ age = 18 }` for adults.
    """

    kind: Literal["manifest"]
    file: Text
    path_column: Text = "path"
    label_column: Text | None = None
    group_column: Text | None = None
    where: dict[str, str] = {}
    at_least: dict[str, float] = {}
    names: dict[str, str] = {}

    def read(self, labels: tuple[str, ...], locate: Locate) -> LabelledSet:
        """Return the set with its labels in the recipe's order."""
        return read_manifest(
            locate(self.file),
            labels,
            path_column=self.path_column,
            label_column=self.label_column,
            group_column=self.group_column,
            where=self.where,
            at_least=self.at_least,
            names=self.names,
        )


class DicomTable(_Part):
    """A set read by meddx.evaluate.sets.dicom_table: a folder of DICOM files and the CSV file of their labels."""

    kind: Literal["dicom_table"]
    root: Text
    file: Text
    label_column: Text | None = None
    group_column: Text | None = None
    names: dict[str, str] = {}

    def read(self, labels: tuple[str, ...], locate: Locate) -> LabelledSet:
        """Return the set with its labels in the recipe's order."""
        return read_dicom_table(
            locate(self.root),
            locate(self.file),
            labels,
            label_column=self.label_column,
            group_column=self.group_column,
            names=self.names,
        )


class MedMnist(_Part):
    """A set read by meddx.evaluate.sets.medmnist: NumPy archive and split; labels in the order of its numbers."""

    kind: Literal["medmnist"]
    file: Text
    split: MedMnistSplit

    def read(self, labels: tuple[str, ...], locate: Locate) -> LabelledSet:
        """Return the set with its labels in the recipe's order."""
        return read_medmnist(locate(self.file), labels, self.split)


class Yolo(_Part):
    """A set read by meddx.evaluate.sets.yolo_boxes.

    root: folder; classes: class number -> label; pattern: glob pattern of the images; group: pattern that finds the
    patient in a file name.
    """

    kind: Literal["yolo"]
    root: Text
    classes: dict[str, str]
    pattern: Text = "**/*.jpg"
    group: Text | None = None

    def read(self, labels: tuple[str, ...], locate: Locate) -> LabelledSet:
        """Return the set with its labels in the recipe's order."""
        _same(set(self.classes.values()), labels, self.root)
        found = read_yolo(locate(self.root), self.classes, self.pattern, self.group)
        return LabelledSet(labels, found.cases)


SetSource = Annotated[
    ClassFolders | Subfolders | Manifest | DicomTable | MedMnist | Yolo,
    Field(discriminator="kind"),
]


def _same(classes: set[str], labels: tuple[str, ...], root: str) -> None:
    if classes != set(labels):
        raise Refused(
            "unknown-label", f"The classes of {root} must be exactly the labels {', '.join(labels)}; name them so."
        )
