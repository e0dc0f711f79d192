"""Find recorded cases with known labels whose network features are similar to an image's."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from meddx.errors import Refused
from meddx.types import SimilarCase
from meddx.whole_file import whole_file

REFERENCE_CASES_FILE = "reference_cases.parquet"
"""The name of the file in a model folder."""
CASES_SHOWN = 10
MOST_CASES = 1000
DIMENSION = 16
"""Chosen on chest radiographs: more did not improve the majority of the nearest cases, and far more worsened it."""

_SAME = 0.01
"""Distance up to which a case shows the same image: a hundredth of what is typical between neighbours. The same image
on another processor came to 0.0004, the nearest other one to 0.6."""
_WEIGHTS, _LAYER, _CENTRE, _AXES = b"weights_sha256", b"layer", b"centre", b"axes"


@dataclass(frozen=True)
class ReferenceCases:
    """Cases in the space of the principal components of a network's features.

    layer: the network's whose mean over rows and columns gives the k features. centre: float32 (k,); axes: float32
    (k, d): features less the centre, times the axes, are coordinates in which 1 is the typical distance between a
    case and its CASES_SHOWN nearest others. coordinates: float16 (n, d).
    cases: (n,) ids among the validation images; labels: true of each; findings: what the model called each.
    """

    layer: str
    centre: NDArray[np.float32]
    axes: NDArray[np.float32]
    coordinates: NDArray[np.float16]
    cases: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    findings: tuple[tuple[str, ...], ...]

    def nearest(self, features: NDArray[np.floating], k: int = CASES_SHOWN) -> tuple[SimilarCase, ...]:
        """Return the k other cases nearest to one image's features (k,), by Euclidean distance.

        A case that is the image itself or a copy of it, within _SAME and the rounding of its coordinates, is no other.
        """
        rows, distances = self.rows(features[np.newaxis], len(self.cases))
        rounding = np.linalg.norm(np.spacing(np.abs(self.coordinates)).astype(np.float64), axis=1)
        others = distances[0] > _SAME + rounding[rows[0]]
        return tuple(
            SimilarCase(self.cases[row], self.labels[row], self.findings[row], float(distance))
            for row, distance in zip(rows[0][others][:k], distances[0][others], strict=False)
        )

    def rows(
        self, features: NDArray[np.floating], k: int = CASES_SHOWN
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Return the nearest cases of each image: positions (m, k) and distances (m, k), the nearest first.

        features: (m, features).
        """
        placed = (features.astype(np.float64) - self.centre) @ self.axes
        return _nearest(placed, self.coordinates.astype(np.float64), k)


def fit_reference_cases(
    training: NDArray[np.floating],
    validation: NDArray[np.floating],
    *,
    layer: str,
    cases: Sequence[str],
    labels: Sequence[tuple[str, ...]],
    findings: Sequence[tuple[str, ...]],
) -> ReferenceCases:
    """Fit the axes to training features and place the validation cases on them.

    training: (n, k); validation: (m, k). The axes are principal components, each of equal weight. Of more than
    MOST_CASES validation cases evenly spaced ones are taken, in the order of their labels.
    """
    centre = training.mean(axis=0, dtype=np.float64)
    variances, directions = np.linalg.eigh(np.cov(training.astype(np.float64), rowvar=False))
    kept = slice(None, -1 - min(DIMENSION, int((variances > 1e-9 * variances[-1]).sum())), -1)
    axes = directions[:, kept] / np.sqrt(variances[kept])
    chosen = np.argsort([str(label) for label in labels], kind="stable")
    if len(chosen) > MOST_CASES:
        chosen = chosen[np.linspace(0, len(chosen) - 1, MOST_CASES).round().astype(np.intp)]
    placed = (validation[chosen].astype(np.float64) - centre) @ axes
    _, distances = _nearest(placed, placed, CASES_SHOWN + 1)
    typical = float(np.median(distances[:, 1:]))  # each is its own nearest
    return ReferenceCases(
        layer,
        centre.astype(np.float32),
        (axes / typical).astype(np.float32),
        (placed / typical).astype(np.float16),
        tuple(cases[row] for row in chosen),
        tuple(tuple(labels[row]) for row in chosen),
        tuple(tuple(findings[row]) for row in chosen),
    )


def write_reference_cases(path: Path, references: ReferenceCases, weights_sha256: str) -> None:
    """Write reference cases as Parquet, one row a case.

    Columns: case, labels, findings, coordinates. The schema's metadata has the layer, centre and axes, and the checksum
    of the weights.
    """
    of_text = pa.list_(pa.string())
    table = pa.table(
        {
            "case": pa.array(references.cases, pa.string()),
            "labels": pa.array([list(labels) for labels in references.labels], of_text),
            "findings": pa.array([list(findings) for findings in references.findings], of_text),
            "coordinates": pa.array(list(references.coordinates), pa.list_(pa.float16())),
        }
    )
    metadata = {
        _WEIGHTS: weights_sha256.encode(),
        _LAYER: references.layer.encode(),
        _CENTRE: references.centre.astype("<f4").tobytes(),
        _AXES: references.axes.astype("<f4").tobytes(),
    }
    with whole_file(path) as file:
        pq.write_table(table.replace_schema_metadata(metadata), file, compression="zstd")


def read_reference_cases(path: Path, weights_sha256: str) -> ReferenceCases:
    """Read reference cases that write_reference_cases wrote.

    Raises Refused for any other file, or cases of other weights.
    """
    try:
        table = pq.read_table(path)
        metadata = table.schema.metadata or {}
        centre = np.frombuffer(metadata[_CENTRE], "<f4")
        references = ReferenceCases(
            metadata[_LAYER].decode(),
            centre,
            np.frombuffer(metadata[_AXES], "<f4").reshape(len(centre), -1),
            np.array(table["coordinates"].to_pylist(), np.float16),
            tuple(table["case"].to_pylist()),
            tuple(map(tuple, table["labels"].to_pylist())),
            tuple(map(tuple, table["findings"].to_pylist())),
        )
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise Refused(
            "not-references", f"{path} holds no reference cases of a meddx model; copy the model's folder again."
        ) from error
    if metadata.get(_WEIGHTS) != weights_sha256.encode():
        raise Refused("other-weights", f"{path} was made with other weights; make it anew for these.")
    return references


def _nearest(
    placed: NDArray[np.float64], among: NDArray[np.float64], k: int
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    distances = cdist(placed, among)
    rows = np.argsort(distances, axis=1, kind="stable")[:, :k]
    return rows, np.take_along_axis(distances, rows, axis=1)
