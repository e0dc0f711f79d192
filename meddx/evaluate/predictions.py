"""Record the predictions of one model on one set, and read and write them as Parquet."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.whole_file import whole_file

ATTRIBUTE_PREFIX = "about:"
"""Begins the name of a column that holds an attribute of the cases."""


@dataclass(frozen=True)
class Predictions:
    """A model's predictions for the cases of a set, with the true labels.

    cases, groups: (n,) case id and patient; targets: bool (n, labels); logits: float32 (n, labels), before the
    temperature, NaN where unknown; probabilities: float64 (n, labels), calibrated, in [0, 1].
    are_probabilities: False where these are scores on another scale (ratings, biomarkers), which rank cases only.
    attributes: what else is known of the cases (sex, age, view, site, scanner), column name -> (n,) values as text,
    None where unknown.
    """

    labels: tuple[str, ...]
    cases: tuple[str, ...]
    groups: tuple[str, ...]
    targets: NDArray[np.bool_]
    logits: NDArray[np.float32]
    probabilities: NDArray[np.float64]
    attributes: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)
    are_probabilities: bool = True

    def __len__(self) -> int:
        """Return the number of cases."""
        return len(self.cases)

    @cached_property
    def patients(self) -> NDArray[np.int64]:
        """Return the number (n,) of each case's patient, from 0, in order of first appearance."""
        codes = pa.array(self.groups, pa.string()).dictionary_encode().indices
        return np.asarray(codes, dtype=np.int64)

    @cached_property
    def n_patients(self) -> int:
        """Return the number of different patients."""
        return int(self.patients.max()) + 1 if len(self) else 0

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 (hex) of everything in it: equal digests mean equal predictions."""
        found = hashlib.sha256()
        for values in (self.targets, self.logits, self.probabilities):
            found.update(repr((values.dtype.str, values.shape)).encode())
            found.update(np.ascontiguousarray(values).tobytes())
        rest = (self.labels, self.cases, self.groups, sorted(self.attributes.items()), self.are_probabilities)
        found.update(repr(rest).encode())
        return found.hexdigest()

    def subset(self, rows: Sequence[int] | NDArray[np.intp]) -> "Predictions":
        """Return the cases at these positions."""
        index = np.asarray(rows, dtype=np.intp)
        return Predictions(
            self.labels,
            tuple(self.cases[row] for row in index),
            tuple(self.groups[row] for row in index),
            self.targets[index],
            self.logits[index],
            self.probabilities[index],
            {name: tuple(values[row] for row in index) for name, values in self.attributes.items()},
            self.are_probabilities,
        )


def write_predictions(path: Path | BinaryIO, predictions: Predictions) -> None:
    """Write predictions as Parquet.

    Columns: case, group, then for each label `true:LABEL`, `logit:LABEL`, `probability:LABEL`, then `about:NAME` (text)
    for each attribute.
    """
    columns: dict[str, pa.Array] = {"case": pa.array(predictions.cases), "group": pa.array(predictions.groups)}
    for index, label in enumerate(predictions.labels):
        columns[f"true:{label}"] = pa.array(predictions.targets[:, index])
        columns[f"logit:{label}"] = pa.array(predictions.logits[:, index])
        columns[f"probability:{label}"] = pa.array(predictions.probabilities[:, index])
    for name, values in predictions.attributes.items():
        columns[f"{ATTRIBUTE_PREFIX}{name}"] = pa.array(values, pa.string())
    with whole_file(path) if isinstance(path, Path) else nullcontext(path) as file:
        pq.write_table(pa.table(columns), file, compression="zstd")


def read_predictions(path: Path | BinaryIO) -> Predictions:
    """Read predictions that write_predictions wrote.

    Raises Refused for a file of another shape.
    """
    try:
        table = pq.read_table(path)
        labels = tuple(name.removeprefix("true:") for name in table.column_names if name.startswith("true:"))

        def stacked(kind: str) -> NDArray[np.generic]:
            return np.stack([table[f"{kind}:{label}"].to_numpy() for label in labels], axis=1)

        return Predictions(
            labels,
            tuple(table["case"].to_pylist()),
            tuple(table["group"].to_pylist()),
            stacked("true").astype(np.bool_),
            stacked("logit").astype(np.float32),
            stacked("probability").astype(np.float64),
            {
                name.removeprefix(ATTRIBUTE_PREFIX): tuple(table[name].to_pylist())
                for name in table.column_names
                if name.startswith(ATTRIBUTE_PREFIX)
            },
        )
    except (OSError, pa.ArrowException, KeyError, ValueError) as error:
        raise Refused(
            "not-predictions", "The file holds no recorded predictions of a meddx model; copy the model's folder again."
        ) from error
