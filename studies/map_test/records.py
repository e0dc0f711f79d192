"""What models said of images with parts hidden, and the places that were hidden."""

import pickle
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.map_evaluation.known_maps import MeasuredImage

WINDOWS, WINDOW = 7, 1 / 5
"""Windows along each side of the image that are hidden one at a time, and the side of one as a share of the image's."""
SHARES = (0.05, 0.1, 0.2)
TRUTH = "truth"


@dataclass(frozen=True)
class Measured(MeasuredImage):
    """What a model said of one image with parts hidden, more than setting limits takes.

    logits float32 (..., labels): whole of the image; windows by way (WINDOWS, WINDOWS),
    hidden and shown by (way, map), one for each of SHARES; all but `whole` empty unless candidates were measured.
    """

    whole: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    gone: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    windows: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    hidden: dict[tuple[str, str], NDArray[np.float32]] = field(default_factory=dict)
    shown: dict[tuple[str, str], NDArray[np.float32]] = field(default_factory=dict)


def windows(shape: tuple[int, int]) -> NDArray[np.float32]:
    """Return covers (WINDOWS ** 2, *shape), row by row of the grid."""
    spans = []
    for side in shape:
        width = WINDOW * side
        starts = np.linspace(0, side - width, WINDOWS)
        spans.append([(round(start), round(start + width)) for start in starts])
    covers = np.zeros((WINDOWS**2, *shape), np.float32)
    for place, ((top, bottom), (left, right)) in enumerate((y, x) for y in spans[0] for x in spans[1]):
        covers[place, top:bottom, left:right] = 1
    return covers


def kept(folder: Path, which: str, model: str) -> list[Measured]:
    """Return what was measured of one model."""
    return [pickle.loads(file.read_bytes()) for file in sorted(folder.glob(f"{which}-{model}-*.pickle"))]
