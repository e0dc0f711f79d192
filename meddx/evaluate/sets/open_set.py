"""Open a labelled set of any supported format."""

from collections.abc import Mapping
from pathlib import Path

from meddx.errors import Refused
from meddx.evaluate.sets.dicom_table import OBJECT_COLUMN, read_dicom_table
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.evaluate.sets.manifest import read_manifest, read_rows
from meddx.evaluate.sets.medmnist import MedMnistSplit, read_medmnist
from meddx.evaluate.sets.subfolders import read_subfolders

LABEL_COLUMN = "label"
PATIENT_COLUMNS = ("patient", "patient_id", "group")
SPLIT_COLUMN = "split"
TEST_SPLIT: MedMnistSplit = "test"


def open_set(path: Path, labels: tuple[str, ...], names: Mapping[str, str] | None = None) -> LabelledSet:
    """Return the labelled set at `path`.

    path: a NumPy archive, a CSV file, a folder with one CSV file in it, or a folder with a sub-folder for each class.
    names: the set's name of a class (its number in an archive) -> label, where they differ. Of an archive, and of a CSV
    file with paths and a column `split`, only the rows for testing are read. A CSV file names the image in `path`,
    relative to it, or in `SOPInstanceUID` (a DICOM file beside or below it), its label in `label` or in a column for
    each label, and the patient, when it does, in one of PATIENT_COLUMNS. Raises Refused.
    """
    names = dict(names or {})
    if not path.exists():
        raise Refused("no-set", f"{path} does not exist; name a folder, a CSV file or a NumPy archive.")
    if path.is_dir():
        tables = sorted(path.glob("*.csv"))
        if len(tables) > 1:
            raise Refused("several-tables", f"{path} has {len(tables)} CSV files; name the one that holds the labels.")
        return _table(tables[0], labels, names) if tables else read_subfolders(path, labels, names)
    if path.suffix.lower() == ".npz":
        return _archive(path, labels, names)
    if path.suffix.lower() == ".csv":
        return _table(path, labels, names)
    raise Refused("unknown-set", f"{path} is no labelled set; name a folder, a CSV file or a NumPy archive.")


def _table(path: Path, labels: tuple[str, ...], names: dict[str, str]) -> LabelledSet:
    rows = read_rows(path)
    columns = set(rows[0]) if rows else set()
    label_column = LABEL_COLUMN if LABEL_COLUMN in columns else None
    group_column = next((column for column in PATIENT_COLUMNS if column in columns), None)
    if OBJECT_COLUMN in columns:
        return read_dicom_table(
            path.parent, path, labels, label_column=label_column, group_column=group_column, names=names
        )
    where: dict[str, str] | None = {SPLIT_COLUMN: TEST_SPLIT} if SPLIT_COLUMN in columns else None
    images = read_manifest(path, labels, label_column=label_column, group_column=group_column, where=where, names=names)
    if not images.cases:
        raise Refused(
            "empty-set", f"No row of {path} is for testing; name those rows {TEST_SPLIT!r} in column 'split'."
        )
    return images


def _archive(path: Path, labels: tuple[str, ...], names: dict[str, str]) -> LabelledSet:
    """Return the test split of an archive, whose numbers stand for the labels in order unless `names` differs."""
    count = max([len(labels), *(int(number) + 1 for number in names if number.isdecimal())])
    if any(not number.isdecimal() for number in names):
        raise Refused("unknown-label", "The classes of an archive are numbers from 0; map those to labels.")
    missing = [number for number in range(len(labels), count) if str(number) not in names]
    if missing:
        raise Refused("unknown-label", f"Class {missing[0]} of the archive stands for no label; map it to one.")
    by_number = tuple(names.get(str(number), "") or labels[number] for number in range(count))
    unknown = sorted(set(by_number) - set(labels))
    if unknown:
        raise Refused("unknown-label", f"{unknown[0]!r} is none of the labels {', '.join(labels)}.")
    return LabelledSet(labels, read_medmnist(path, by_number, TEST_SPLIT).cases)
