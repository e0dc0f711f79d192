"""What may befall an picture on its way to the model, in five strengths each: an image in [0, 1] in, one like it out.

The idea of a test at graded strengths is that of Hendrycks and Dietterich 2019 (arXiv:1903.12261).
"""

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

Pixels = NDArray[np.float32]
"""float32 (rows, columns, channels) in [0, 1], as displayed: 0 black, 1 white; 1 channel or 3."""


@dataclass(frozen=True)
class Corruption:
    """One way to corrupt an image.

    unit: of the amounts. amounts: from the mildest to the strongest.
    apply: (image, amount, generator) -> a new image of the same shape in [0, 1]; chance comes from the generator only.
    """

    name: str
    unit: str
    amounts: tuple[float, ...]
    apply: Callable[[Pixels, float, np.random.Generator], Pixels]


def blur(image: Pixels, amount: float, generator: np.random.Generator) -> Pixels:
    """Convolved with a Gaussian whose standard deviation is `amount` pixels; the edge's values go on beyond it."""
    return np.asarray(gaussian_filter(image, (amount, amount, 0), mode="nearest"), np.float32)


def noise(image: Pixels, amount: float, generator: np.random.Generator) -> Pixels:
    """White Gaussian noise whose standard deviation is the fraction `amount` of black to white."""
    return _clipped(image + amount * generator.standard_normal(image.shape, np.float32))


def contrast(image: Pixels, amount: float, generator: np.random.Generator) -> Pixels:
    """Differences from the image's mean multiplied by `amount`."""
    mean = image.mean()
    return _clipped((image - mean) * amount + mean)


def brightness(image: Pixels, amount: float, generator: np.random.Generator) -> Pixels:
    """Brighter by the fraction `amount` of black to white; what would be whiter than white is white."""
    return _clipped(image + amount)


def jpeg(image: Pixels, amount: float, generator: np.random.Generator) -> Pixels:
    """Through 8 bits and baseline JPEG at the Independent JPEG Group's quality `amount` (1 to 100)."""
    levels = np.rint(image * 255).astype(np.uint8)
    picture = PIL.Image.fromarray(levels[..., 0] if levels.shape[2] == 1 else levels)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=int(amount))
    with PIL.Image.open(file) as decoded:
        pixels: Pixels = np.asarray(decoded, np.float32).reshape(image.shape) / np.float32(255)
        return pixels


def _clipped(image: NDArray[np.floating]) -> Pixels:
    clipped: Pixels = np.clip(image, 0, 1).astype(np.float32)
    return clipped


CORRUPTIONS = (
    Corruption("blur", "standard deviation, pixels of the input", (0.5, 1.0, 1.5, 2.0, 3.0), blur),
    Corruption("noise", "standard deviation, fraction of black to white", (0.01, 0.02, 0.04, 0.08, 0.16), noise),
    Corruption("contrast", "factor", (0.8, 0.65, 0.5, 0.35, 0.2), contrast),
    Corruption("brightness", "offset, fraction of black to white", (0.05, 0.1, 0.15, 0.2, 0.3), brightness),
    Corruption("JPEG", "quality", (80, 50, 30, 15, 7), jpeg),
)
