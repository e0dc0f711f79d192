"""Represent labelled images behind one interface, whatever their storage format."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.imaging.read_image import read_image
from meddx.types import Image, StoredFrame

UNREADABLE_FILE = "unreadable-file"
"""The rule by which a case is refused whose file is not there or may not be read."""

Decoding = Callable[[bytes, int], Image]
"""The bytes of a file and the index of a frame -> the decoded frame; raises Refused."""


@dataclass(frozen=True)
class LesionBox:
    """A bounding box of a finding, in fractions of the image.

    0 <= left < right <= 1 and 0 <= top < bottom <= 1. label: label of the finding, None when the set gives none.
    """

    left: float
    top: float
    right: float
    bottom: float
    label: str | None = None


@dataclass(frozen=True)
class LesionMask:
    """A mask file of the image's size, not black where a finding lies.

    label: label of the finding, None when the set gives none.
    """

    path: Path
    label: str | None = None


@dataclass(frozen=True)
class LabelledCase:
    """One labelled frame; its pixels stay on disk until `image` is called.

    id: path inside the set, with "/"; group: unit that must not be split between sets, as a rule the patient;
    labels: the labels that are true of it (exactly one when they exclude each other).
    columns: the manifest's row, column -> text, of which models that take a record or a note read their fields.
    sex: "F", "M" or "O" as in Patient's Sex (0010,0040); age: in years; view: as in View Position (0018,5101).
    decode: reads the file's bytes, elsewhere than in this process where they are not to be trusted.
    """

    id: str
    path: Path
    group: str
    labels: tuple[str, ...]
    frame: int = 0
    sex: str | None = None
    age: float | None = None
    view: str | None = None
    boxes: tuple[LesionBox, ...] = ()
    masks: tuple[LesionMask, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    decode: Decoding = field(default=read_image, repr=False, compare=False)

    def image(self) -> Image:
        """Return the decoded frame.

        Raises Refused where the file cannot be read.
        """
        stored = self.stored()
        return self.decode(stored.data, stored.frame)

    def stored(self) -> StoredFrame:
        """Return the file's bytes and the index of the frame.

        Raises Refused where the file cannot be read.
        """
        try:
            return StoredFrame(self.path.read_bytes(), self.frame)
        except OSError as error:
            raise Refused(
                UNREADABLE_FILE,
                f"A file of the set cannot be read ({error.strerror}): give access to it, or copy it again.",
            ) from error

    def pixels_key(self) -> list[str | int]:
        """Return a cache key that identifies the pixels and changes when they do.

        It holds file, its size, time of its last modification (ns) and frame. Raises Refused where there is no file.
        """
        try:
            stat = self.path.stat()
            return [str(self.path), stat.st_size, stat.st_mtime_ns, self.frame]
        except OSError as error:
            raise Refused(
                UNREADABLE_FILE,
                f"A file of the set cannot be read ({error.strerror}): give access to it, or copy it again.",
            ) from error

    def pixels_digest(self) -> str:
        """Return what identifies the pixels as pixels_key does, and names nothing.

        Raises Refused where there is no file.
        """
        return hashlib.sha256(json.dumps(self.pixels_key()).encode()).hexdigest()


@dataclass(frozen=True)
class LabelledSet:
    """A labelled set: its cases, and all labels in the order of the model's outputs."""

    labels: tuple[str, ...]
    cases: tuple[LabelledCase, ...]

    def __len__(self) -> int:
        """Return the number of cases."""
        return len(self.cases)

    @property
    def ids(self) -> list[str]:
        """Return the case ids, in order."""
        return [case.id for case in self.cases]

    @property
    def groups(self) -> NDArray[np.str_]:
        """Return the group of every case, (n,)."""
        return np.array([case.group for case in self.cases], dtype=np.str_)

    def targets(self) -> NDArray[np.bool_]:
        """Return whether each label is true of each case, bool (n, labels)."""
        return np.array([[label in case.labels for label in self.labels] for case in self.cases], dtype=np.bool_)

    def attributes(self) -> dict[str, tuple[str | None, ...]]:
        """Return the attributes that at least one case has, by name, each with a text or None for every case.

        These are sex, age (whole years), view and size of finding: the share of the image that its largest box covers.
        """
        found = {
            "sex": tuple(case.sex for case in self.cases),
            "age": tuple(None if case.age is None else f"{case.age:.0f}" for case in self.cases),
            "view": tuple(case.view for case in self.cases),
            "size of finding": tuple(_size(case.boxes) for case in self.cases),
        }
        return {name: values for name, values in found.items() if any(value is not None for value in values)}

    def decoded_by(self, decode: Decoding) -> "LabelledSet":
        """Return the same cases, with another way to decode their files."""
        return replace(self, cases=tuple(replace(case, decode=decode) for case in self.cases))

    def subset(self, rows: Sequence[int] | NDArray[np.intp]) -> "LabelledSet":
        """Return the cases at these positions, in this order."""
        return replace(self, cases=tuple(self.cases[int(row)] for row in rows))


def _size(boxes: tuple[LesionBox, ...]) -> str | None:
    if not boxes:
        return None
    share = max((box.right - box.left) * (box.bottom - box.top) for box in boxes)
    return "below 1 % of the image" if share < 0.01 else "1 to 3 % of the image" if share < 0.03 else "3 % and more"
