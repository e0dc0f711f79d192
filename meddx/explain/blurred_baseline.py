"""What an image looks like with its evidence taken away, for methods that hide parts of it."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

BLUR_WIDTH = 1 / 16
"""Standard deviation of the blur, as a share of the image's longer side: 14 pixels of 224."""


def blurred(inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """The images (n, height, width, channels), Gaussian-blurred over rows and columns, edges continued outwards.

    A hidden part then keeps its brightness and loses its detail. Black or grey would add an edge of its own, which a
    network may take for a finding (Fong and Vedaldi 2017, arXiv:1704.03296, section 4.1).
    """
    sigma = BLUR_WIDTH * max(inputs.shape[1:3])
    soft = gaussian_filter(inputs, (0, sigma, sigma, 0), mode="nearest", truncate=3)
    return np.asarray(soft, np.float32)
