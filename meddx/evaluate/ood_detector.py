"""Detect images unlike the training images (out of distribution) by a network's features."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from meddx.errors import Refused

PERCENTILE = 95
"""Percentile of the validation images' distances that is the threshold: one such image in twenty lies beyond it."""

FEATURES_FILE = "features.parquet"
"""The name of the file in a model folder."""

_ARRAYS = ("means", "whitening", "threshold")
_WEIGHTS, _LAYER = b"weights_sha256", b"layer"


@dataclass(frozen=True)
class OodDetector:
    """Gaussians with one shared covariance around each class, in the space of a network's features.

    A feature is the mean over rows and columns of one channel of the network's layer of that name; k channels.
    means: float32 (classes, k): the labels' where they exclude each other, else a single one of all images.
    whitening: float32 (k, k), lower triangular W with W W^T = the inverse of the covariance within classes.
    threshold: distance beyond which PERCENTILE % of the validation images do not lie.
    """

    layer: str
    means: NDArray[np.float32]
    whitening: NDArray[np.float32]
    threshold: float

    def distance(self, features: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the Mahalanobis distance (n,) of features (n, k) to the nearest class, >= 0.

        Square root of the negated confidence score of Lee et al. 2018 (arXiv:1807.03888), eq. 2.
        """
        white = features.astype(np.float64) @ self.whitening
        centres = self.means.astype(np.float64) @ self.whitening
        nearest: NDArray[np.float64] = np.min([np.linalg.norm(white - centre, axis=1) for centre in centres], axis=0)
        return nearest


def fit_ood_detector(
    features: NDArray[np.floating],
    targets: NDArray[np.bool_],
    validation: NDArray[np.floating],
    exclusive: bool,
    layer: str,
) -> OodDetector:
    """Fit class means and their shared covariance to training features, and the threshold to validation features.

    features: (n, k), of the training images; targets: (n, labels); validation: (m, k).
    The covariance is shrunk (Ledoit and Wolf 2004, J Multivariate Anal 88:365), since k may be near n and a channel
    that is always 0 has no variance.
    """
    from sklearn.covariance import LedoitWolf  # only a training fits; a page that reads need not wait for it

    classes = targets if exclusive else np.ones((len(features), 1), np.bool_)
    means = np.stack([features[of_class].mean(axis=0, dtype=np.float64) for of_class in classes.T])
    within = features - means[classes.argmax(axis=1)]
    covariance = LedoitWolf(assume_centered=True, store_precision=False).fit(within).covariance_
    whitening = np.linalg.cholesky(np.linalg.inv(covariance))
    known = OodDetector(layer, means.astype(np.float32), whitening.astype(np.float32), np.inf)
    return replace(known, threshold=float(np.percentile(known.distance(validation), PERCENTILE)))


def write_ood_detector(path: Path, statistics: OodDetector, weights_sha256: str) -> None:
    """Write a detector as Parquet, with the checksum of the weights that compute its features.

    It has a row for each array (name, shape, values).
    """
    arrays = [np.asarray(getattr(statistics, name), np.float32) for name in _ARRAYS]
    table = pa.table(
        {
            "name": pa.array(_ARRAYS),
            "shape": pa.array([list(array.shape) for array in arrays], pa.list_(pa.int64())),
            "values": pa.array([array.ravel() for array in arrays], pa.list_(pa.float32())),
        }
    )
    metadata = {_WEIGHTS: weights_sha256.encode(), _LAYER: statistics.layer.encode()}
    pq.write_table(table.replace_schema_metadata(metadata), path, compression="zstd")


def read_ood_detector(path: Path, weights_sha256: str) -> OodDetector:
    """Read a detector that write_ood_detector wrote.

    Raises Refused for any other file, or a detector of other weights.
    """
    try:
        table = pq.read_table(path)
        arrays = {row["name"]: np.asarray(row["values"], np.float32).reshape(row["shape"]) for row in table.to_pylist()}
        means, whitening, threshold = (arrays[name] for name in _ARRAYS)
        metadata = table.schema.metadata or {}
        layer = metadata[_LAYER].decode()
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise Refused("not-feature-statistics", f"{path} holds no feature statistics of a meddx model.") from error
    if metadata.get(_WEIGHTS) != weights_sha256.encode():
        raise Refused("other-weights", f"{path} describes the features of other weights; make it anew for these.")
    return OodDetector(layer, means, whitening, float(threshold))
