"""Simulation of the image from tissue: Beer-Lambert attenuation, scatter, quantum noise and presentation tone curve."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from scipy import ndimage

from meddx.imaging.phantom.anatomy import Anatomy
from meddx.imaging.phantom.geometry import Millimetres

SOFT_PER_MM = 0.0195
"""Attenuation of soft tissue, 1/mm, about that of water for the 70 keV mean of a 120 kV beam."""
BONE_PER_MM = 0.026
"""What bone attenuates beyond the soft tissue it displaces, 1/mm."""
AERATED = 0.74
"""The share of lung that is air."""
HIGHEST = 4095
"""12 bits stored."""


@dataclass(frozen=True)
class Technique:
    """The acquisition and processing parameters of one image.

    quanta: per mm2 in air; scatter: relative; unsharpness: mm.
    compression: the share of the coarse density that is taken out, as every maker's processing does; contrast,
    midpoint: parameters of the tone curve.
    """

    quanta: float
    scatter: float
    unsharpness: float
    compression: float
    contrast: float
    midpoint: float

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Self:
        """Return a random technique."""
        return cls(
            quanta=float(np.exp(rng.uniform(np.log(0.6e5), np.log(3e5)))),
            scatter=rng.uniform(0.08, 0.16),
            unsharpness=rng.uniform(0.35, 0.7),
            compression=rng.uniform(0.2, 0.5),
            contrast=rng.uniform(2.8, 4.0),
            midpoint=rng.uniform(0.46, 0.62),
        )


def expose(
    chest: Anatomy, lesion: Millimetres, technique: Technique, spacing: float, rng: np.random.Generator
) -> NDArray[np.uint16]:
    """Return the stored values, uint16 (rows, columns) in 0..4095, white = dense.

    lesion: mm of filled lung, float32 (rows, columns).
    Scatter and tone are those of the chest without its lesions: a lesion then changes the pixels it covers and no
    others, so that an image and its healthy twin differ exactly on the masks.
    """
    healthy = SOFT_PER_MM * (chest.soft - AERATED * (chest.air - chest.vessels)) + BONE_PER_MM * chest.bone
    healthy = ndimage.gaussian_filter(healthy, technique.unsharpness / spacing, truncate=3)
    scatter = technique.scatter * _spread(np.exp(-np.maximum(healthy, 1.0)), spacing)
    expected = -np.log(np.exp(-healthy) + scatter)
    local = technique.compression * _spread(expected, spacing)
    flat = (expected - local)[::4, ::4][chest.air[::4, ::4] > 0]
    thin, thick = np.quantile(flat, [0.02, 0.99]).tolist() if flat.size else (0.0, 1.0)

    primary = np.exp(-healthy - SOFT_PER_MM * AERATED * lesion)
    detected = primary + scatter
    quanta = technique.quanta * spacing**2
    noisy = detected + np.sqrt(detected / quanta) * rng.standard_normal(detected.shape, np.float32)
    density = -np.log(np.maximum(noisy, 1e-4)) - local
    scaled = (density - thin) / max(thick - thin, 1e-3)
    tone = 1 / (1 + np.exp(-technique.contrast * (scaled - technique.midpoint)))
    pixels: NDArray[np.uint16] = np.rint(HIGHEST * tone).astype(np.uint16)
    return pixels


def _spread(primary: Millimetres, spacing: float) -> Millimetres:
    """Return `primary` blurred over 35 mm, computed on a coarse grid because scatter has no detail."""
    rows, columns = primary.shape
    size = max(round(columns * spacing / 8), 2), max(round(rows * spacing / 8), 2)
    coarse = np.asarray(PIL.Image.fromarray(primary).resize(size, PIL.Image.Resampling.BOX))
    blurred = ndimage.gaussian_filter(coarse, 35 / 8)
    return np.asarray(PIL.Image.fromarray(blurred).resize((columns, rows), PIL.Image.Resampling.BICUBIC), np.float32)
