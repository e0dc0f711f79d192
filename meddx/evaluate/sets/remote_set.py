"""Labelled sets whose images are in a store elsewhere: each is fetched where it is read, and not kept.

How a store is asked is none of this room: whoever opens a set gives a Store (meddx.network.film_sources).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path, PurePosixPath
from typing import NamedTuple, Protocol

from meddx.errors import Refused
from meddx.evaluate.class_names import key
from meddx.evaluate.sets.class_names import label_of_class
from meddx.evaluate.sets.image_finder import ImageFinder, is_url
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet
from meddx.evaluate.sets.manifest import manifest_cases, plain_rows, rows_of
from meddx.evaluate.sets.manifest_roles import OBJECT_COLUMN, find_roles
from meddx.evaluate.sets.open_set import open_set, refuse_repeats, rows_for_testing, set_reading
from meddx.evaluate.sets.subfolders import NOT_FILMS
from meddx.types import StoredFrame


class RemoteFile(Protocol):
    """A file in a store; equal ones are the same file, on every machine that they are sent to."""

    @property
    def url(self) -> str:
        """Return its address, which holds no credentials."""

    @property
    def stem(self) -> str:
        """Return its name without folders and extension."""

    def read(self) -> bytes:
        """Return its content. Raises Refused (UNREADABLE_FILE) where there is none, MeddxError where nobody can say."""

    def state(self) -> str:
        """Return what changes when its content does, "" where it never does. Raises as `read` does."""


class Store(NamedTuple):
    """What asks stores. file: of a URL; nothing is asked yet. below: the files below a URL, by what follows it."""

    file: Callable[[str], RemoteFile]
    below: Callable[[str], Mapping[str, RemoteFile]]


@dataclass(frozen=True)
class RemoteCase(LabelledCase):
    """A case whose image is in a store. path: its URL, which nobody opens as a path."""

    file: RemoteFile = field(kw_only=True)

    def stored(self) -> StoredFrame:
        """Return the file's bytes and the index of the frame. Raises as RemoteFile.read."""
        return StoredFrame(self.file.read(), self.frame)

    def pixels_key(self) -> list[str | int]:
        """Return what identifies the pixels. Raises as RemoteFile.state."""
        return [self.file.url, self.file.state(), self.frame]


def open_set_anywhere(
    data: Path | str, labels: tuple[str, ...], names: Mapping[str, str], store: Store
) -> tuple[LabelledSet, str]:
    """Return a labelled set, and what was taken for what in its table ("" without one).

    data: as meddx.evaluate.sets.open_set.open_set takes it, where rows of a table may name images by URL; or the URL of
    a CSV file, whose rows name images by URL or relative to it, or of a folder with one CSV file in it or a sub-folder
    for each class. Raises Refused; MeddxError where a store does not answer.
    """
    if isinstance(data, Path):
        images = open_set(data, labels, names)
        return LabelledSet(images.labels, tuple(_of_url(case, store) for case in images.cases)), set_reading(
            data, labels
        )
    if data.lower().endswith(".csv"):
        return _table(data, labels, names, store)
    files = store.below(data)
    tables = [name for name in files if "/" not in name and name.lower().endswith(".csv")]
    if len(tables) > 1:
        raise Refused("several-tables", f"{data} has {len(tables)} CSV files; name the one that holds the labels.")
    if tables:
        return _table(files[tables[0]].url, labels, names, store)
    return _class_folders(files, labels, names), ""


def _table(url: str, labels: tuple[str, ...], names: Mapping[str, str], store: Store) -> tuple[LabelledSet, str]:
    rows = rows_of(store.file(url).read())
    columns = find_roles(rows, labels)
    if key(columns.image) == key(OBJECT_COLUMN):
        raise Refused("missing-column", "The table of a store names images by UID: name them by path or URL.")
    numbers = rows_for_testing(rows, columns)
    plain = plain_rows([rows[number - 1] for number in numbers], columns, labels, names)
    folder = url.rpartition("/")[0]
    relative = any(not is_url(row[columns.image]) for row in plain)
    files = {PurePosixPath(name): file for name, file in store.below(folder).items()} if relative else {}
    finder = ImageFinder(Path(), lambda path: PurePosixPath(path) in files, lambda _: map(Path, files))
    found = manifest_cases(
        plain,
        Path(),
        labels,
        path_column=columns.image,
        label_column=columns.label,
        group_column=columns.patient,
        names=dict(names),
        locate=lambda name: Path(name) if is_url(name) else finder(name),
    )
    refuse_repeats(found, numbers)
    cases = (
        _of_url(case, store)
        if is_url(case.id)
        else _remote(case, files.get(PurePosixPath(case.path)) or store.file(f"{folder}/{case.path.as_posix()}"))
        for case in found.cases
    )
    return LabelledSet(found.labels, tuple(cases)), columns.sentence


def _class_folders(files: Mapping[str, RemoteFile], labels: tuple[str, ...], names: Mapping[str, str]) -> LabelledSet:
    """Return the files in sub-folders, labelled by the folder's name, sorted as those of a folder on disk."""
    cases = []
    for name in sorted(_images(files), key=PurePosixPath):
        label = label_of_class(PurePosixPath(name).parts[0], labels, names)
        file = files[name]
        cases.append(RemoteCase(name, Path(file.url), name, (label,), file=file))
    if not cases:
        raise Refused("empty-set", "The URL has no sub-folders with images in them; make one for each class.")
    return LabelledSet(labels, tuple(cases))


def _images(names: Iterable[str]) -> Iterable[str]:
    return (name for name in names if "/" in name and PurePosixPath(name).suffix.lower() not in NOT_FILMS)


def _of_url(case: LabelledCase, store: Store) -> LabelledCase:
    return _remote(case, store.file(case.id)) if is_url(case.id) else case


def _remote(case: LabelledCase, file: RemoteFile) -> RemoteCase:
    known = {one.name: getattr(case, one.name) for one in fields(LabelledCase)}
    return RemoteCase(**known | {"path": Path(file.url)}, file=file)
