"""Image corruptions for robustness tests, each in five strengths.

Each maps an image in [0, 1] to one of the same shape and range. Testing at graded strengths follows Hendrycks and
Dietterich 2019 (arXiv:1903.12261).
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
    apply: (image, amount, generator) -> a new image of the same shape in [0, 1]; the generator is the only source of
    randomness.
    """

    name: str
    unit: str
    amounts: tuple[float, ...]
    apply: Callable[[Pixels, float, np.random.Generator], Pixels]


def blur(image: Pixels, amount: float, generator: np.random.Generator) -> Pixels:
    """Return the image convolved with a Gaussian whose standard deviation is `amount` pixels.

    Edge pixels are repeated beyond the edge.
    """
    return np.asarray(gaussian_filter(image, (amount, amount, 0), mode="nearest"), np.float32)


def noise(image: Pixels, amount: float, generator: np.random.Generator) -> Pixels:
    """Return the image with white Gaussian noise added, clipped to [0, 1].

    amount: standard deviation of the noise, as a fraction of the range from black to white.
    """
    return _clipped(image + amount * generator.standard_normal(image.shape, np.float32))


def contrast(image: Pixels, amount: float, generator: np.random.Generator) -> Pixels:
    """Return the image with its differences from its mean multiplied by `amount`, clipped to [0, 1]."""
    mean = image.mean()
    return _clipped((image - mean) * amount + mean)


def brightness(image: Pixels, amount: float, generator: np.random.Generator) -> Pixels:
    """Return the image brightened by the fraction `amount` of the range from black to white, clipped to [0, 1]."""
    return _clipped(image + amount)


def jpeg(image: Pixels, amount: float, generator: np.random.Generator) -> Pixels:
    """Return the image rounded to 8 bits and compressed as baseline JPEG at quality `amount`.

    amount: quality on the Independent JPEG Group's scale, 1 to 100.
    """
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
