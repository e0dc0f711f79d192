"""Lengths, angles, areas and ratios that a reader draws on an image, and what they amount to there."""

import math
from dataclasses import dataclass
from typing import Literal

from meddx.types import DrawableImage, MeasuredAt

MeasurementTool = Literal["length", "angle", "area", "ratio"]
LINES: dict[MeasurementTool, int] = {"length": 1, "angle": 2, "area": 1, "ratio": 2}
"""How many lines each is drawn with."""
RADIOGRAPHS = frozenset({"CR", "DX", "RG"})
"""Modalities (DICOM PS3.3 C.7.3.1.1.1) of projection radiographs."""
_CHEST = frozenset({"CHEST", "THORAX"})
_LATERAL = frozenset({"LL", "RL", "LATERAL", "LAT"})
_ACROSS = 2.0
"""A line runs across the image where it is so many times as wide as high."""

Point = tuple[float, float]
"""Column and row with fractions, (0, 0) being the outer corner of the first pixel."""
DrawnLine = tuple[Point, Point]


@dataclass(frozen=True)
class Measurement:
    """Hold what a reader has drawn on a frame: the lines of LINES. An area is the ellipse in the box of its line."""

    tool: MeasurementTool
    lines: tuple[DrawnLine, ...]


@dataclass(frozen=True)
class ImageScale:
    """Hold what distances on a frame mean; `measured_at`, `spacing` and `pixel_aspect` are those of DrawableImage.

    frontal_chest: whether the file says that it is a radiograph of the chest, and not that it is a lateral one.
    """

    spacing: tuple[float, float] | None
    measured_at: MeasuredAt
    pixel_aspect: float
    frontal_chest: bool

    @property
    def unit(self) -> str:
        """Return "mm", or "px" (widths of a pixel) where the file states no spacing."""
        return "px" if self.spacing is None else "mm"


def image_scale(image: DrawableImage) -> ImageScale:
    """Return what distances on this image mean."""
    chest = image.modality in RADIOGRAPHS and image.body_part in _CHEST and image.view not in _LATERAL
    return ImageScale(image.spacing, image.measured_at, image.pixel_aspect, chest)


def line_lengths(measurement: Measurement, scale: ImageScale) -> list[float]:
    """Return the length of each line, in the scale's unit."""
    return [math.hypot(*vector) for vector in _vectors(measurement, scale)]


def ellipse_area(measurement: Measurement, scale: ImageScale) -> float:
    """Return the area of the ellipse, in the scale's unit squared."""
    [(across, down)] = _vectors(measurement, scale)
    return math.pi / 4 * abs(across * down)


def line_angle(measurement: Measurement, scale: ImageScale) -> float:
    """Return the smaller angle between both lines, 0 to 90 degrees."""
    (a, b), (c, d) = _vectors(measurement, scale)
    return math.degrees(math.atan2(abs(a * d - b * c), abs(a * c + b * d)))


def is_cardiothoracic(measurement: Measurement, scale: ImageScale) -> bool:
    """Return whether a ratio is that of heart and thorax: two lines across a frontal chest film, the shorter first."""
    if measurement.tool != "ratio" or not scale.frontal_chest:
        return False
    across = all(abs(width) >= _ACROSS * abs(height) for width, height in _vectors(measurement, scale))
    first, second = line_lengths(measurement, scale)
    return across and first < second


def _vectors(measurement: Measurement, scale: ImageScale) -> list[tuple[float, float]]:
    """Return width and height of each line, in the scale's unit."""
    down, across = scale.spacing or (scale.pixel_aspect, 1.0)
    return [((x1 - x0) * across, (y1 - y0) * down) for (x0, y0), (x1, y1) in measurement.lines]
