"""What labelled set lies in a folder that nobody has described: where its labels are, and what it calls its classes."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from meddx.errors import Refused
from meddx.evaluate.sets.dicom_table import FILE, OBJECT
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.evaluate.sets.manifest import read_rows
from meddx.evaluate.sets.npz_member import NpzMember
from meddx.evaluate.sets.open_set import LABEL_COLUMN, SPLIT_COLUMN, TEST
from meddx.evaluate.sets.subfolders import NOT_FILMS
from meddx.imaging.read import HEAD_BYTES, begins_like_film

TABLE = "meddx-labels.csv"
"""A table of an upload, its paths made relative to the upload's folder."""


@dataclass(frozen=True)
class Survey:
    """path: what `open_set` takes. films: how many it lists. classes: the set's name of a class -> films.

    classes is empty where the table has a column for each label, which then must be named as the model's are.
    no_image: listed files that begin like no film; missing: rows whose file is not there; both will be refused.
    unlabelled: files below the set that begin like a film and that nothing labels.
    """

    path: Path
    films: int
    classes: dict[str, int]
    no_image: int = 0
    missing: int = 0
    unlabelled: int = 0


def survey(root: Path) -> Survey:
    """What lies at `root`: an archive, a table, a folder with one somewhere below it, or a folder for each class.

    A table is a CSV file with a column `path` or `SOPInstanceUID`. Raises Refused.
    """
    if root.suffix.lower() == ".npz":
        numbers = NpzMember(root, "test_labels")
        single = Counter(str(int(numbers.row(row)[0])) for row in range(len(numbers))) if numbers.shape[1] == 1 else {}
        return Survey(root, len(numbers), dict(sorted(single.items())))
    if root.is_file():
        return _of_table(root, root.parent)
    root = top(root)
    archives = [path for path in root.iterdir() if path.suffix.lower() == ".npz"]
    tables = [path for path in _below(root) if path.suffix.lower() == ".csv" and _is_table(path)]
    if len(tables) > 1:
        raise Refused("several-tables", f"There are {len(tables)} CSV files that name films; leave one.")
    if tables:
        return _of_table(tables[0], root)
    if len(archives) == 1:
        return survey(archives[0])
    files = {
        folder.name: [path for path in _below(folder) if path.suffix.lower() not in NOT_FILMS]
        for folder in sorted(root.iterdir())
        if folder.is_dir() and not folder.name.startswith(".")
    }
    classes = {name: len(paths) for name, paths in files.items() if paths}
    if not classes:
        raise Refused(
            "no-labels",
            "There are neither folders named after classes nor a CSV file with a column 'path'; add one of them.",
        )
    listed = [path for paths in files.values() for path in paths]
    loose = [path for path in root.iterdir() if path.is_file() and _begins_like_film(path)]
    no_image = sum(not _begins_like_film(path) for path in listed)
    return Survey(root, len(listed), classes, no_image=no_image, unlabelled=len(loose))


def top(root: Path) -> Path:
    """The first folder from `root` down that has more in it than one folder."""
    while True:
        entries = [path for path in root.iterdir() if not path.name.startswith(".")]
        if len(entries) != 1 or not entries[0].is_dir() or not any(path.is_dir() for path in entries[0].iterdir()):
            return root
        root = entries[0]


def settle_table(root: Path) -> None:
    """Where an upload's one table means its paths otherwise than relative to itself, write one that does at the top.

    A film is looked for beside the table, below the upload's folder, and by its bare name where that is unique.
    """
    tables = [path for path in _below(root) if path.suffix.lower() == ".csv" and _is_table(path)]
    if len(tables) != 1:
        return
    rows = read_rows(tables[0])
    if FILE not in rows[0] or all((tables[0].parent / row[FILE]).is_file() for row in rows):
        return
    named: dict[str, list[Path]] = {}
    for path in _below(root):
        named.setdefault(path.name, []).append(path)
    for row in rows:
        bare = named.get(Path(row[FILE].replace("\\", "/")).name, [])
        for path in (tables[0].parent / row[FILE], root / row[FILE], *(bare if len(bare) == 1 else ())):
            if path.is_file():
                row[FILE] = path.relative_to(root).as_posix() if path.is_relative_to(root) else row[FILE]
                break
    tables[0].unlink()
    with (root / TABLE).open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def confine(films: LabelledSet, roots: tuple[Path, ...]) -> None:
    """Raise Refused naming the first row with a film or mask outside all of these folders, through links as well."""
    resolved = tuple(root.resolve() for root in roots)
    for row, case in enumerate(films.cases, start=1):
        for path in {case.path, *(mask.path for mask in case.masks)}:
            if not any(path.resolve().is_relative_to(root) for root in resolved):
                raise Refused("outside-set", f"Row {row}: its file does not lie in the folder of the set.")


def _of_table(path: Path, root: Path) -> Survey:
    """root: below which its films are looked for."""
    every = read_rows(path)
    rows = [row for row in every if row.get(SPLIT_COLUMN, TEST) == TEST]
    if not rows:
        raise Refused("empty-set", "The table has no rows, or none for testing.")
    classes = Counter(row[LABEL_COLUMN].strip() for row in rows) if LABEL_COLUMN in rows[0] else {}
    found = Survey(path, len(rows), dict(sorted(classes.items())))
    if FILE not in rows[0]:
        return found  # rows name objects: only their headers say which file is which
    inside = root.resolve()
    named = [one for row in rows if (one := (path.parent / row[FILE]).resolve()).is_relative_to(inside)]
    films = {one: _begins_like_film(one) for one in set(named) if one.is_file()}
    known = {(path.parent / row[FILE]).resolve() for row in every}
    others = (one for one in _below(root) if one.suffix.lower() not in NOT_FILMS and one.resolve() not in known)
    return replace(
        found,
        no_image=sum(not is_film for is_film in films.values()),
        missing=sum(one not in films for one in named),
        unlabelled=sum(map(_begins_like_film, others)),
    )


def _begins_like_film(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return begins_like_film(file.read(HEAD_BYTES))
    except OSError:
        return False


def _is_table(path: Path) -> bool:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return not {FILE, OBJECT}.isdisjoint(next(csv.reader(file), ()))
    except (OSError, UnicodeDecodeError, csv.Error):
        return False


def _below(folder: Path) -> Iterator[Path]:
    """Files at any depth, sorted, without hidden ones and without following links to folders."""
    return (
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
