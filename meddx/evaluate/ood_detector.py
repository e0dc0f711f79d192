"""Detect images unlike the training images (out of distribution) by a network's features and the image's layout."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.whole_file import whole_file

PERCENTILE = 95
"""Percentile of the held-out images' distances that is the threshold: one such image in twenty lies beyond it."""

FEATURES_FILE = "features.parquet"
"""The name of the file in a model folder."""

MEAN, SPREAD, LAYOUT = "mean", "spread", "layout"
"""What a detector looks at: mean and standard deviation over positions of each channel of its layer, and the layout of
the network's input (meddx.evaluate.image_layout)."""
ALL_PARTS = (MEAN, SPREAD, LAYOUT)

_ARRAYS = ("means", "whitening", "threshold")
_WEIGHTS, _LAYER, _PARTS = b"weights_sha256", b"layer", b"parts"


@dataclass(frozen=True)
class OodDetector:
    """Gaussians with one shared covariance around each class, in a space of k features.

    layer: the network's whose channels are looked at. parts: of ALL_PARTS, side by side in this order.
    means: float32 (classes, k): the labels' where they exclude each other, else a single one of all images.
    whitening: float32 (k, k), W with W W^T = the inverse of the covariance within classes.
    threshold: distance beyond which PERCENTILE % of the held-out images do not lie.
    """

    layer: str
    means: NDArray[np.float32]
    whitening: NDArray[np.float32]
    threshold: float
    parts: tuple[str, ...] = (MEAN,)

    def distance(self, features: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the Mahalanobis distance (n,) of features (n, k) to the nearest class, >= 0.

        Square root of the negated confidence score of Lee et al. 2018 (arXiv:1807.03888), eq. 2.
        """
        white = features.astype(np.float64) @ self.whitening
        centres = self.means.astype(np.float64) @ self.whitening
        nearest: NDArray[np.float64] = np.min([np.linalg.norm(white - centre, axis=1) for centre in centres], axis=0)
        return nearest

    def features(self, moments: NDArray[np.floating], layout: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the features (n, k) that distance takes.

        moments: (n, 2, channels), mean and standard deviation of the layer; layout: as image_layout gives it.
        """
        return join_parts(moments, layout, self.parts)


def join_parts(
    moments: NDArray[np.floating], layout: NDArray[np.floating], parts: tuple[str, ...] = ALL_PARTS
) -> NDArray[np.float64]:
    """Return the named parts side by side, (n, k). moments: (n, 2, channels); layout: (n, cells)."""
    known = {MEAN: moments[:, 0], SPREAD: moments[:, 1], LAYOUT: layout}
    return np.hstack([known[part].astype(np.float64) for part in parts])


def fit_ood_detector(
    features: NDArray[np.floating],
    targets: NDArray[np.bool_],
    held_out: NDArray[np.floating],
    *,
    exclusive: bool,
    layer: str,
    parts: tuple[str, ...] = (MEAN,),
) -> OodDetector:
    """Fit class means and their shared covariance to features, and the threshold to those of held-out images.

    features: (n, k), of the images to know; targets: (n, labels); held_out: (m, k); parts: what they consist of.
    Each feature counts in units of its standard deviation within classes, and the covariance of these is shrunk (Ledoit
    and Wolf 2004, J Multivariate Anal 88:365), since k may be near n and a channel that is always 0 has no variance.
    """
    from sklearn.covariance import LedoitWolf  # only a training fits; a page that reads need not wait for it

    classes = targets if exclusive else np.ones((len(features), 1), np.bool_)
    means = np.stack([features[of_class].mean(axis=0, dtype=np.float64) for of_class in classes.T])
    within = features - means[classes.argmax(axis=1)]
    spread = within.std(axis=0)
    scale = np.where(spread > 0, spread, np.median(spread[spread > 0]) if (spread > 0).any() else 1.0)
    covariance = LedoitWolf(assume_centered=True, store_precision=False).fit(within / scale).covariance_
    whitening = np.linalg.cholesky(np.linalg.inv(covariance)) / scale[:, np.newaxis]
    known = OodDetector(layer, means.astype(np.float32), whitening.astype(np.float32), np.inf, parts)
    return replace(known, threshold=float(np.percentile(known.distance(held_out), PERCENTILE)))


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
    metadata = {
        _WEIGHTS: weights_sha256.encode(),
        _LAYER: statistics.layer.encode(),
        _PARTS: ",".join(statistics.parts).encode(),
    }
    with whole_file(path) as file:
        pq.write_table(table.replace_schema_metadata(metadata), file, compression="zstd")


def read_ood_detector(path: Path, weights_sha256: str) -> OodDetector:
    """Read a detector that write_ood_detector wrote; one that names no parts looks at means alone.

    Raises Refused for any other file, or a detector of other weights.
    """
    try:
        table = pq.read_table(path)
        arrays = {row["name"]: np.asarray(row["values"], np.float32).reshape(row["shape"]) for row in table.to_pylist()}
        means, whitening, threshold = (arrays[name] for name in _ARRAYS)
        metadata = table.schema.metadata or {}
        layer = metadata[_LAYER].decode()
        parts = tuple(metadata.get(_PARTS, MEAN.encode()).decode().split(","))
        if not set(parts) <= set(ALL_PARTS):
            raise ValueError(parts)
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise Refused(
            "not-feature-statistics",
            f"{path} holds no feature statistics of a meddx model; copy the model's folder again.",
        ) from error
    if metadata.get(_WEIGHTS) != weights_sha256.encode():
        raise Refused("other-weights", f"{path} describes the features of other weights; make it anew for these.")
    return OodDetector(layer, means, whitening, float(threshold), parts)
