"""Real chest films in two families, apart by patient, and the writing that they have of their own."""

import json
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from meddx.config import data_dir
from meddx.imaging.read_image import read_image
from meddx.imaging.windowing import display

Family = Literal["tune", "measure"]
WRITING = Path(__file__).parent / "writing_on_films.json"
"""File name -> boxes (top, left, bottom, right) on the film as `shown` gives it. What was marked was looked at,
on the family "tune" also what it held for writing with a probability of 0.3 or more: what is writing ("PORTABLE",
exposure settings, a technologist's initials) is listed, side markers are not."""
_WRITTEN_ON = 8
"""One in how many films of adults is drawn upon to train."""
LARGEST = 1100
"""Rows of a film; larger ones are halved, to save time."""
_PARTS = {"tune": ("train", 24), "measure": ("test", 4)}
"""Of chest_xray: the part of the public set, and one in how many of its films."""


def large_films(family: Family) -> list[Path]:
    """Return half of the films of about 1,000 to 2,000 pixels, by turns; none where there is no data."""
    data = data_dir()
    return sorted((data / "chest_real_resolution").glob("*/*.jpeg"))[family == "measure" :: 2] if data else []


def adults_films(family: Family) -> list[Path]:
    """Return the films of adults of 448 pixels whose patient has an even number, or an odd one (but those to train)."""
    films = _adults_films()
    if family == "tune":
        return [film for film in films if not _has_odd_patient(film)]
    return [film for film in films if _has_odd_patient(film) and film not in films[::_WRITTEN_ON]]


def films_to_write_on(family: Family) -> list[Path]:
    """Return films into which writing may be drawn, those of real size three times, since there are few."""
    adults = _adults_films()[::_WRITTEN_ON] if family == "tune" else adults_films(family)
    return large_films(family) * 3 + adults


def small_films(family: Family) -> list[Path]:
    """Return films of children of 224 pixels: of the public set's training part, or of its test part."""
    data, (part, step) = data_dir(), _PARTS[family]
    return sorted((data / "chest_xray" / part).glob("*/*.jpeg"))[::step] if data else []


def chest_films(family: Family) -> list[Path]:
    """Return the films of a family, each once."""
    return large_films(family) + adults_films(family) + small_films(family)


def shown(film: Path) -> NDArray[np.float32]:
    """Return a film as it is displayed, float32 (rows, columns) in [0, 1]."""
    pixels = display(read_image(film.read_bytes()))
    pixels = pixels if pixels.ndim == 2 else np.asarray(pixels.mean(axis=2), np.float32)
    return np.ascontiguousarray(pixels[::2, ::2] if pixels.shape[0] > LARGEST else pixels)


def has_writing(name: str) -> bool:
    """Return whether the film of that file name has writing of its own, as far as the detector has ever marked it."""
    return name in _writing()


def is_on_writing(name: str, top: int, left: int, bottom: int, right: int) -> bool:
    """Return whether a box shares a pixel with the film's own writing."""
    return any(
        top < place[2] and place[0] < bottom and left < place[3] and place[1] < right
        for place in _writing().get(name, ())
    )


@cache
def _adults_films() -> list[Path]:
    data = data_dir()
    return sorted((data / "nih_adult_cxr" / "images").glob("*.jpg")) if data else []


def _has_odd_patient(film: Path) -> bool:
    return int(film.name.partition("_")[0]) % 2 == 1


@cache
def _writing() -> dict[str, list[list[int]]]:
    found: dict[str, list[list[int]]] = json.loads(WRITING.read_text(encoding="utf-8"))
    return found
