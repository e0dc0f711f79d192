"""Open a labelled set of any supported format."""

from collections.abc import Mapping
from pathlib import Path

from meddx.errors import Refused
from meddx.evaluate.class_names import key
from meddx.evaluate.sets.dicom_table import dicom_cases
from meddx.evaluate.sets.image_finder import ImageFinder
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.evaluate.sets.manifest import manifest_cases, plain_rows, read_rows
from meddx.evaluate.sets.manifest_roles import OBJECT_COLUMN, ManifestColumns, find_roles
from meddx.evaluate.sets.medmnist import MedMnistSplit, read_medmnist
from meddx.evaluate.sets.subfolders import read_subfolders

SPLIT_COLUMN = "split"
TEST_SPLIT: MedMnistSplit = "test"


def open_set(path: Path, labels: tuple[str, ...], names: Mapping[str, str] | None = None) -> LabelledSet:
    """Return the labelled set at `path`.

    path: a NumPy archive, a CSV file, a folder with one CSV file in it, or a folder with a sub-folder for each class.
    names: the set's name of a class (its number in an archive) -> label, where they differ. Of an archive, and of a CSV
    file with a column `split`, only the rows for testing are read. Which columns of a CSV file name the image, its
    label and its patient is found by meddx.evaluate.sets.manifest_roles; an image is named by its path, by its name
    alone or without extension (meddx.evaluate.sets.image_finder), or as a DICOM object. Raises Refused.
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


def set_reading(path: Path, labels: tuple[str, ...] = ()) -> str:
    """Return what was taken for what in the table of a labelled set, one sentence; nothing for one without a table.

    Raises Refused as open_set does.
    """
    tables = sorted(path.glob("*.csv")) if path.is_dir() else [path] if path.suffix.lower() == ".csv" else []
    return find_roles(read_rows(tables[0]), labels).sentence if len(tables) == 1 else ""


def _table(path: Path, labels: tuple[str, ...], names: dict[str, str]) -> LabelledSet:
    rows = read_rows(path)
    columns = find_roles(rows, labels)
    numbers = rows_for_testing(rows, columns)
    rows = [rows[number - 1] for number in numbers]
    if not rows:
        raise Refused(
            "empty-set", f"No row of {path} is for testing; name those rows {TEST_SPLIT!r} in column 'split'."
        )
    plain = plain_rows(rows, columns, labels, names)
    if key(columns.image) == key(OBJECT_COLUMN):
        named = [{**row, OBJECT_COLUMN: row[columns.image]} for row in plain]
        found = dicom_cases(
            named,
            path.parent,
            labels,
            path.parent,
            label_column=columns.label,
            group_column=columns.patient,
            names=names,
        )
    else:
        found = manifest_cases(
            plain,
            path.parent,
            labels,
            path_column=columns.image,
            label_column=columns.label,
            group_column=columns.patient,
            names=names,
            locate=ImageFinder(path.parent),
        )
    refuse_repeats(found, numbers)
    return found


def rows_for_testing(rows: list[dict[str, str]], columns: ManifestColumns) -> list[int]:
    """Return the numbers, from 1, of the rows whose column `split` says test; of all without such a column."""
    split = columns.others.get(SPLIT_COLUMN)
    every = enumerate(rows, start=1)
    return [number for number, row in every if split is None or row[split].casefold() == TEST_SPLIT]


def refuse_repeats(found: LabelledSet, numbers: list[int]) -> None:
    """Raise Refused where two rows name one frame, which would count as two cases, perhaps of different labels."""
    first: dict[tuple[Path, int], int] = {}
    for number, case in zip(numbers, found.cases, strict=True):
        earlier = first.setdefault((case.path, case.frame), number)
        if earlier != number:
            raise Refused(
                "case-twice",
                f"Row {number} names the image of row {earlier} again; keep one row for each image, with a column for "
                "each label where several are true of it.",
            )


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
        raise Refused(
            "unknown-label", f"{unknown[0]!r} is none of the labels {', '.join(labels)}; map it to one of them."
        )
    return LabelledSet(labels, read_medmnist(path, by_number, TEST_SPLIT).cases)
