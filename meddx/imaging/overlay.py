"""Drawing of a heat map over its image, on a scale that is the same for every image.

The rule, which the browser's viewer follows too. At a point of the image, as fractions (x, y) of it, the evidence e is
the map at (left + x (right - left), top + y (bottom - top)), interpolated bilinearly between cell centres, edge cells
continued outwards to the border of the model input; beyond it the network saw nothing, and e is 0. Its colour is entry
round(255 * |e| / scale), clipped to 0..255, of VIRIDIS where it speaks for the label (e > 0) and of AGAINST where it
speaks against it (e < 0); the pixel is (1 - a) * image + a * colour, where a is `opacity` if |e| >= cutoff and e is
not 0, else 0. Against, a is BETWEEN times that wherever floor(STRIPES * (x + y)) is odd: Viridis goes from blue to
yellow, so no second hue differs from all of it to a colour-blind reader, stripes do. Nothing is stretched per image:
an image without evidence is shown as it is.
"""

import math
from io import BytesIO

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from PIL.PngImagePlugin import PngInfo

from meddx.config import RESEARCH_USE
from meddx.imaging.windowing import display
from meddx.types import Image, Placement

OPACITY = 0.45
CUTOFF = 0.2
"""The share of the scale at which the viewer and the command line begin to draw by default. Most maps of healthy
validation images stay below it (docs/explanations.md, "How often a map is empty")."""

STOPS = ("440154", "472d7b", "3b528b", "2c728e", "21918c", "28ae80", "5ec962", "addc30", "fde725")


AGAINST_STOPS = ("5e2400", "8f3a00", "d55e00", "ee8a3c", "f7b37a", "fddcc0")
STRIPES = 48
BETWEEN = 0.35


def _table(colours: tuple[str, ...]) -> NDArray[np.uint8]:
    stops = np.array([list(bytes.fromhex(colour)) for colour in colours], np.float64)
    at = np.linspace(0, len(stops) - 1, 256)
    channels = [np.interp(at, np.arange(len(stops)), stops[:, channel]) for channel in range(3)]
    return np.floor(np.stack(channels, axis=-1) + 0.5).astype(np.uint8)


VIRIDIS = _table(STOPS)
"""uint8 (256, 3), sRGB. Viridis (van der Walt and Smith 2015) at nine even steps, linear between them: ordered in
lightness, safe for colour-blind readers."""
AGAINST = _table(AGAINST_STOPS)
"""uint8 (256, 3), sRGB. Vermilion (Okabe and Ito 2008), ordered in lightness."""


def overlay(
    image: Image,
    heatmap: NDArray[np.float32],
    scale: float,
    placement: Placement,
    *,
    cutoff: float | None = None,
    opacity: float = OPACITY,
) -> NDArray[np.uint8]:
    """Return the image as display() shows it with the evidence in colour, uint8 sRGB (rows, columns, 3).

    heatmap: float32 (height, width), logit units, over the whole model input; below 0 it speaks against the label.
    placement: where the image lies in it.
    scale: evidence at which the colours end, logit units, > 0. cutoff: in logit units, default CUTOFF * scale.
    opacity: in [0, 1]. Raises ValueError for a scale, an opacity or a map outside these.
    """
    if heatmap.ndim != 2 or not heatmap.size or not np.isfinite(heatmap).all():
        raise ValueError(f"a heat map is a finite array of two dimensions, not one of shape {heatmap.shape}")
    if not (math.isfinite(scale) and scale > 0):
        raise ValueError(f"scale is above 0 logit units, not {scale}")
    if not 0 <= opacity <= 1:
        raise ValueError(f"opacity lies in [0, 1], not at {opacity}")
    pixels = _in_colour(image)
    evidence = map_on_image(heatmap, placement, *pixels.shape[:2])
    strength = np.abs(evidence)
    drawn = (strength >= (CUTOFF * scale if cutoff is None else cutoff)) & (strength > 0)
    entries = np.clip(np.floor(255 / scale * strength[drawn] + 0.5), 0, 255).astype(np.uint8)
    against = evidence[drawn] < 0
    colours = np.where(against[:, np.newaxis], AGAINST[entries], VIRIDIS[entries])
    share = opacity * np.where(against & _between_stripes(*evidence.shape)[drawn], BETWEEN, 1.0)[:, np.newaxis]
    pixels[drawn] = (1 - share) * pixels[drawn] + share * colours
    return _rounded(pixels)


def picture(image: Image) -> NDArray[np.uint8]:
    """Return the image as display() shows it without any evidence, uint8 sRGB (rows, columns, 3)."""
    return _rounded(_in_colour(image))


def _in_colour(image: Image) -> NDArray[np.float32]:
    """Return what display() shows in 0 to 255, (rows, columns, 3)."""
    shown = display(image)
    return 255 * (shown if shown.ndim == 3 else np.repeat(shown[..., np.newaxis], 3, axis=2))


def _rounded(pixels: NDArray[np.float32]) -> NDArray[np.uint8]:
    rounded: NDArray[np.uint8] = np.floor(pixels + 0.5).astype(np.uint8)
    return rounded


def map_on_image(heatmap: NDArray[np.float32], placement: Placement, rows: int, columns: int) -> NDArray[np.float32]:
    """Return the evidence at the centre of every pixel of the image, float32 (rows, columns), in logit units."""
    height, width = heatmap.shape
    down = _weights(height, placement.top, placement.bottom, rows)
    across = _weights(width, placement.left, placement.right, columns)
    evidence: NDArray[np.float32] = down @ heatmap.astype(np.float32, copy=False) @ across.T
    return evidence


def _between_stripes(rows: int, columns: int) -> NDArray[np.bool_]:
    """Return whether each pixel of the image lies between the stripes, bool (rows, columns)."""
    y, x = np.ogrid[0.5:rows, 0.5:columns]
    between: NDArray[np.bool_] = np.floor(STRIPES * (y / rows + x / columns)) % 2 == 1
    return between


def _weights(cells: int, start: float, end: float, samples: int) -> NDArray[np.float32]:
    """Return bilinear interpolation along one axis as a matrix (samples, cells).

    Each row has at most two weights, with sum 1; none for a sample outside the model input, where the image was cut.
    """
    share_of_input = start + (np.arange(samples) + 0.5) / samples * (end - start)
    at = np.clip(share_of_input * cells - 0.5, 0, cells - 1)
    lower = np.minimum(at.astype(np.intp), max(cells - 2, 0))
    share = (at - lower).astype(np.float32)
    weights = np.zeros((samples, cells), np.float32)
    weights[np.arange(samples), lower] = 1 - share
    weights[np.arange(samples), np.minimum(lower + 1, cells - 1)] += share
    weights[(share_of_input < 0) | (share_of_input > 1)] = 0
    return weights


def overlay_png(
    image: Image,
    heatmap: NDArray[np.float32],
    scale: float,
    placement: Placement,
    *,
    cutoff: float | None = None,
    opacity: float = OPACITY,
    about: str | None = None,
) -> bytes:
    """Return the result of overlay() as an RGB PNG with square pixels and descriptive text chunks.

    Raises the errors of overlay().
    about: a sentence on what the colours mean, when they are not evidence in logit units.
    """
    picture = PIL.Image.fromarray(overlay(image, heatmap, scale, placement, cutoff=cutoff, opacity=opacity))
    picture = picture.resize(square_size(picture.size, image.pixel_aspect), PIL.Image.Resampling.BILINEAR)
    text = PngInfo()
    about = about or f"Heat map, evidence in logit units; the colours end at {scale:g}."
    text.add_text("Description", f"{about} {RESEARCH_USE}")
    if image.synthetic:
        text.add_text("Synthetic", "YES")
    file = BytesIO()
    picture.save(file, format="PNG", pnginfo=text)
    return file.getvalue()


def square_size(size: tuple[int, int], pixel_aspect: float) -> tuple[int, int]:
    """Return the size (columns, rows) with square pixels.

    The more densely sampled axis is kept so that no detail is lost.
    """
    columns, rows = size
    if pixel_aspect >= 1:
        return columns, round(rows * pixel_aspect)
    return round(columns / pixel_aspect), rows
