"""Labelled films behind one interface, wherever the labels are written down."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused


@dataclass(frozen=True)
class Case:
    """One labelled frame; its pixels stay on disk until `data` is asked for.

    id: path inside the set, with "/"; group: what must not be torn between sets, as a rule the patient;
    labels: the labels that are true of it (exactly one when they exclude each other).
    """

    id: str
    path: Path
    group: str
    labels: tuple[str, ...]
    frame: int = 0

    def data(self) -> bytes:
        """The bytes of its file. Raises Refused where the file cannot be read."""
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise Refused("unreadable-file", f"A file of the set cannot be read: {error.strerror}.") from error


@dataclass(frozen=True)
class LabelledSet:
    """Cases and the names of all labels, in the order of the model's outputs."""

    labels: tuple[str, ...]
    cases: tuple[Case, ...]

    def __len__(self) -> int:
        """Number of cases."""
        return len(self.cases)

    @property
    def ids(self) -> list[str]:
        """Case ids, in order."""
        return [case.id for case in self.cases]

    @property
    def groups(self) -> NDArray[np.str_]:
        """(n,) group of every case."""
        return np.array([case.group for case in self.cases], dtype=np.str_)

    def targets(self) -> NDArray[np.bool_]:
        """(n, labels): which labels are true of which case."""
        return np.array([[label in case.labels for label in self.labels] for case in self.cases], dtype=np.bool_)

    def subset(self, rows: Sequence[int] | NDArray[np.intp]) -> "LabelledSet":
        """The cases at these positions, in this order."""
        return replace(self, cases=tuple(self.cases[int(row)] for row in rows))
