"""DICOM phantoms for benchmarks: written once, listed as a set, and made new for a server that remembers answers."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from meddx import cli
from meddx.config import models_dir
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet

DRAWN = 1000
"""Phantoms that are drawn for a larger set: what reads files remembers none, so the others are these again."""


def written_films(folder: Path, films: int, size: str = "512x416") -> list[Path]:
    """Return so many DICOM files below `folder`, drawn unless they are there, from the 1,001st on the first again."""
    drawn = min(films, DRAWN)
    if not folder.exists():
        cli.main(["phantom", "--out", str(folder), "--n", str(drawn), "--seed", "1", "--size", size])
    paths = sorted((folder / "images").iterdir())
    return [paths[number % len(paths)] for number in range(films)]


def film_set(paths: list[Path], labels: tuple[str, ...]) -> LabelledSet:
    """Return files as a set of a patient each. The labels go round: what an evaluation takes does not hang on them."""
    cases = (
        LabelledCase(str(number), path, str(number), (labels[number % len(labels)],))
        for number, path in enumerate(paths)
    )
    return LabelledSet(labels, tuple(cases))


class NewFilms:
    """Films that no server has seen: of a few uncompressed DICOM files, whose last pixel differs each time."""

    def __init__(self, files: list[bytes]) -> None:
        self._files, self._numbers = files, count()

    def __next__(self) -> bytes:
        """Return a new film, up to 4,096 of each file."""
        number = next(self._numbers)
        which, last = number % len(self._files), number // len(self._files)
        return self._files[which][:-2] + (last % 4096).to_bytes(2, "little")


@contextmanager
def only_model(model: str) -> Iterator[Path]:
    """Give a folder of models that holds one, which the page then has chosen."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(models_dir() / model, Path(folder) / model)
        yield Path(folder)
