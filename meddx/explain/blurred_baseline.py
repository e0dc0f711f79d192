"""Replace an image by one without its evidence, for methods that hide parts of it."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

BLUR_WIDTH = 1 / 16
"""Standard deviation of the blur, as a share of the image's longer side: 14 pixels of 224."""


def blurred(inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the images (n, height, width, channels), blurred by a Gaussian over rows and columns; float32, same shape.

    Edge pixels are repeated outwards. A hidden part keeps its brightness and loses its detail; black or grey would add
    an edge, which a network may take for a finding (Fong and Vedaldi 2017, arXiv:1704.03296, section 4.1).
    """
    sigma = BLUR_WIDTH * max(inputs.shape[1:3])
    soft = gaussian_filter(inputs, (0, sigma, sigma, 0), mode="nearest", truncate=3)
    return np.asarray(soft, np.float32)
