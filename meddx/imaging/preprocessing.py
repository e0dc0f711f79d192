"""Preparation of an image as network input, the same for training, the app, the command line and the benchmarks."""

from typing import Literal, Protocol

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from meddx.imaging.colour import luminance
from meddx.imaging.windowing import display
from meddx.types import Image, Placement


class InputSpec(Protocol):
    """The description of a network's input; meddx.model.card.Input is one."""

    @property
    def height(self) -> int:
        """Return the number of rows of the input."""

    @property
    def width(self) -> int:
        """Return the number of columns of the input."""

    @property
    def channels(self) -> Literal[1, 3]:
        """Return 1 for grey, 3 for RGB."""

    @property
    def low(self) -> float:
        """Return the value that black is mapped to."""

    @property
    def high(self) -> float:
        """Return the value that white is mapped to."""

    @property
    def resize(self) -> Literal["pad", "stretch", "crop"]:
        """Return "pad" to keep the aspect ratio and pad with `low`, "stretch" to fill the input, "crop" to do both.

        "crop" keeps the aspect ratio, fills the input and cuts what lies beyond it.
        """


def model_input(image: Image, spec: InputSpec) -> tuple[NDArray[np.float32], Placement]:
    """Return the image as network input, and its placement in it.

    The input is float32 (height, width, channels) in [low, high].
    The image is shown as display() shows it, its pixel aspect made square, shrunk with antialiasing and centred. Of an
    image that is larger than the input ("crop") the middle is kept.
    An image that already has the size keeps its pixels exactly.
    """
    shown = display(image)
    if shown.ndim == 3 and spec.channels == 1:
        shown = luminance(shown)
    rows, columns = _fitted(image, spec)
    shown = _resized(shown, rows, columns)
    if shown.ndim == 2:
        shown = shown[..., np.newaxis]
    top, left = (spec.height - rows) // 2, (spec.width - columns) // 2  # below 0 where the image is cut
    prepared = np.zeros((spec.height, spec.width, spec.channels), dtype=np.float32)
    seen = shown[max(-top, 0) : spec.height - top, max(-left, 0) : spec.width - left]
    rows_in, columns_in = seen.shape[:2]
    prepared[max(top, 0) : max(top, 0) + rows_in, max(left, 0) : max(left, 0) + columns_in] = seen
    prepared *= np.float32(spec.high - spec.low)
    prepared += np.float32(spec.low)
    placement = Placement(
        left=left / spec.width,
        top=top / spec.height,
        right=(left + columns) / spec.width,
        bottom=(top + rows) / spec.height,
    )
    return prepared, placement


def _fitted(image: Image, spec: InputSpec) -> tuple[int, int]:
    """Return the number of rows and columns that the image takes up in the input."""
    if spec.resize == "stretch":
        return spec.height, spec.width
    tall, wide = image.values.shape[0] * image.pixel_aspect, float(image.values.shape[1])
    scales = spec.height / tall, spec.width / wide
    if spec.resize == "crop":
        return max(spec.height, round(tall * max(scales))), max(spec.width, round(wide * max(scales)))
    return max(1, round(tall * min(scales))), max(1, round(wide * min(scales)))


def _resized(shown: NDArray[np.float32], rows: int, columns: int) -> NDArray[np.float32]:
    """Return the image resized bilinearly, with antialiasing when shrinking.

    The filter's support is widened by the scale; very large images are first averaged in blocks.
    """
    if shown.shape[:2] == (rows, columns):
        return shown
    if shown.ndim == 3:
        return np.stack([_resized(shown[..., channel], rows, columns) for channel in range(3)], axis=-1)
    image = PIL.Image.fromarray(np.ascontiguousarray(shown))
    return np.asarray(image.resize((columns, rows), PIL.Image.Resampling.BILINEAR, reducing_gap=2.0))
