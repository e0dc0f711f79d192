"""Detect the labelled set in an undescribed folder: where its labels are and how its classes are named."""

import csv
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from meddx.errors import Refused
from meddx.evaluate.class_names import key
from meddx.evaluate.sets.image_finder import ImageFinder, files_below
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.evaluate.sets.manifest import read_columns, read_rows
from meddx.evaluate.sets.manifest_roles import LABEL_NAMES, OBJECT_COLUMN, find_roles, image_columns, is_true
from meddx.evaluate.sets.npz_member import NpzMember
from meddx.evaluate.sets.open_set import rows_for_testing
from meddx.evaluate.sets.subfolders import NOT_FILMS
from meddx.imaging.read_image import HEAD_BYTES, looks_like_image

RELATIVE_TABLE = "meddx-labels.csv"
"""File name of a rewritten table of an upload, with paths relative to the upload's folder."""


@dataclass(frozen=True)
class SetInspection:
    """A summary of a labelled set found by `inspect_set`.

    path: argument for `open_set`. images: number of images listed. classes: the set's name of a class -> images.
    classes is empty where the table has columns for labels of which several may be true; these must then be named as
    the model's labels are. reading: what was taken for what in a table, one sentence. label_columns: those of a table
    that hold 1 or 0 alone, in its order.
    no_image: listed files without the header of an image; missing: rows whose file does not exist; both will be
    refused. unlabelled: files below the set with the header of an image and without a label.
    """

    path: Path
    images: int
    classes: dict[str, int]
    no_image: int = 0
    missing: int = 0
    unlabelled: int = 0
    reading: str = ""
    label_columns: tuple[str, ...] = ()


def inspect_set(root: Path) -> SetInspection:
    """Return a summary of the labelled set at `root`.

    It is an archive, a table, a folder with one of them, or a folder with a sub-folder for each class. A table is a CSV
    file with a column that names images (meddx.evaluate.sets.manifest_roles). Raises Refused.
    """
    if root.suffix.lower() == ".npz":
        numbers = NpzMember(root, "test_labels")
        single = Counter(str(int(numbers.row(row)[0])) for row in range(len(numbers))) if numbers.shape[1] == 1 else {}
        return SetInspection(root, len(numbers), dict(sorted(single.items())))
    if root.is_file():
        return _of_table(root, root.parent)
    root = first_branching_folder(root)
    archives = [path for path in root.iterdir() if path.suffix.lower() == ".npz"]
    tables = _tables(root)
    if len(tables) > 1:
        raise Refused("several-tables", f"There are {len(tables)} CSV files that name images; leave one.")
    if tables:
        return _of_table(tables[0], root)
    if len(archives) == 1:
        return inspect_set(archives[0])
    files = {
        folder.name: [path for path in files_below(folder) if path.suffix.lower() not in NOT_FILMS]
        for folder in sorted(root.iterdir())
        if folder.is_dir() and not folder.name.startswith(".")
    }
    classes = _by_spelling(Counter({name: len(paths) for name, paths in files.items() if paths}))
    if not classes:
        raise Refused(
            "no-labels",
            "There are neither folders named after classes nor a CSV file with a column 'path'; add one of them.",
        )
    listed = [path for paths in files.values() for path in paths]
    loose = [path for path in root.iterdir() if path.is_file() and _begins_like_image(path)]
    no_image = sum(not _begins_like_image(path) for path in listed)
    return SetInspection(root, len(listed), classes, no_image=no_image, unlabelled=len(loose))


def first_branching_folder(root: Path) -> Path:
    """Return the first folder from `root` down that does not merely contain one folder with sub-folders.

    Hidden entries are not counted.
    """
    while True:
        entries = [path for path in root.iterdir() if not path.name.startswith(".")]
        if len(entries) != 1 or not entries[0].is_dir() or not any(path.is_dir() for path in entries[0].iterdir()):
            return root
        root = entries[0]


def write_relative_table(root: Path) -> None:
    """Replace an upload's only table by one at the top whose paths are relative to the upload's folder.

    Nothing is changed when the paths already are relative to the table, or there is not exactly one table. An image is
    looked for beside the table, below the upload's folder, and by its bare name where that is unique.
    """
    tables = _tables(root)
    if len(tables) != 1:
        return
    rows = read_rows(tables[0])
    column = find_roles(rows).image
    if key(column) == key(OBJECT_COLUMN):
        return
    beside = ImageFinder(tables[0].parent)
    if all(beside(row[column]).is_file() for row in rows):
        return
    anywhere = ImageFinder(root)
    at_top = tables[0].parent == root
    for row in rows:
        if at_top and beside(row[column]).is_file():
            continue
        for path in (beside(row[column]), anywhere(row[column])):
            if path.is_file():
                row[column] = path.relative_to(root).as_posix() if path.is_relative_to(root) else row[column]
                break
    tables[0].unlink()
    with (root / RELATIVE_TABLE).open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def confine(images: LabelledSet, roots: tuple[Path, ...]) -> None:
    """Raise Refused, naming the row, for the first image or mask outside all of these folders, also through links."""
    resolved = tuple(root.resolve() for root in roots)
    for row, case in enumerate(images.cases, start=1):
        for path in {case.path, *(mask.path for mask in case.masks)}:
            if not any(path.resolve().is_relative_to(root) for root in resolved):
                raise Refused(
                    "outside-set", f"Row {row}: its file does not lie in the folder of the set; copy it there."
                )


def _by_spelling(named: Counter[str]) -> dict[str, int]:
    """Return the classes in alphabetical order; names that differ in case alone are one, the most frequent spelling."""
    classes: dict[str, int] = {}
    spelling: dict[str, str] = {}
    for name, number in named.most_common():
        chosen = spelling.setdefault(name.casefold(), name)
        classes[chosen] = classes.get(chosen, 0) + number
    return dict(sorted(classes.items()))


def _of_table(path: Path, root: Path) -> SetInspection:
    """Return the summary of a table whose images lie below `root`."""
    every = read_rows(path)
    columns = find_roles(every)
    rows = [every[number - 1] for number in rows_for_testing(every, columns)]
    if not rows:
        raise Refused(
            "empty-set", "The table has no rows, or none for testing; add some, or correct its column of splits."
        )
    if columns.label:
        classes = _by_spelling(Counter(row[columns.label].strip() for row in rows))
    else:
        classes = {name: sum(is_true(row[name]) for row in rows) for name in columns.one_hot}
    found = SetInspection(path, len(rows), classes, reading=columns.sentence, label_columns=columns.marks)
    if key(columns.image) == key(OBJECT_COLUMN):
        return found  # rows name objects: only their headers say which file is which
    inside, locate = root.resolve(), ImageFinder(path.parent)
    files = [(row, locate(row[columns.image]).resolve()) for row in every]
    tested = {id(row) for row in rows}
    named = [file for row, file in files if id(row) in tested and file.is_relative_to(inside)]
    images = {one: _begins_like_image(one) for one in set(named) if one.is_file()}
    known = {file for _, file in files}
    others = (one for one in files_below(root) if one.suffix.lower() not in NOT_FILMS and one.resolve() not in known)
    return replace(
        found,
        no_image=sum(not is_image for is_image in images.values()),
        missing=sum(one not in images for one in named),
        unlabelled=sum(map(_begins_like_image, others)),
    )


def _tables(root: Path) -> list[Path]:
    """Return the CSV files that list images; where some also name a label, those alone."""
    headers = {path: read_columns(path) for path in files_below(root) if path.suffix.lower() == ".csv"}
    tables = [path for path, header in headers.items() if image_columns(header)]
    labelled = [path for path in tables if any(key(name) in LABEL_NAMES for name in headers[path])]
    return labelled or tables


def _begins_like_image(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return looks_like_image(file.read(HEAD_BYTES))
    except OSError:
        return False
