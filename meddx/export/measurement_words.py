"""What an export says of the measurements on an image, in the words of the page's viewer."""

from dataclasses import dataclass

from meddx.imaging.measurements import (
    ImageScale,
    Measurement,
    ellipse_area,
    is_cardiothoracic,
    line_angle,
    line_lengths,
)

CARDIOTHORACIC = "Cardiothoracic ratio"
_TITLES = {"length": "Length", "angle": "Angle", "area": "Area", "ratio": "Ratio"}


@dataclass(frozen=True)
class MeasurementWords:
    """Hold what was measured, its value with what that means, and the value alone, to stand beside the drawn line."""

    title: str
    value: str
    short: str


def measurement_words(measurement: Measurement, scale: ImageScale) -> MeasurementWords:
    """Return the words of one measurement."""
    title = CARDIOTHORACIC if is_cardiothoracic(measurement, scale) else _TITLES[measurement.tool]
    if measurement.tool == "angle":
        angle = line_angle(measurement, scale)
        other = 180 - angle
        return MeasurementWords(title, f"{angle:.1f}° (the other angle {other:.1f}°)", f"{angle:.1f}°")
    if measurement.tool == "area":
        area = f"{ellipse_area(measurement, scale):.0f} {scale.unit}²"
        return MeasurementWords(title, _placed(area, scale), area)
    lengths = line_lengths(measurement, scale)
    if measurement.tool == "length":
        length = f"{lengths[0]:.1f} {scale.unit}"
        return MeasurementWords(title, _placed(length, scale), length)
    ratio = f"{lengths[0] / lengths[1]:.2f}"
    both = f"{lengths[0]:.1f} / {lengths[1]:.1f} {scale.unit}"
    both = both if scale.spacing is None else _placed(both, scale)  # a ratio needs no spacing
    return MeasurementWords(title, f"{ratio} ({both})", ratio)


def measurement_sentence(measurement: Measurement, scale: ImageScale) -> str:
    """Return title and value of one measurement in a line."""
    words = measurement_words(measurement, scale)
    return f"{words.title} {words.value}"


def _placed(value: str, scale: ImageScale) -> str:
    """Return a value in mm or pixels with where these lie."""
    if scale.spacing is None:
        return f"{value} (the file states no pixel spacing)"
    if scale.measured_at == "detector":
        return f"{value} at the detector"
    return f"{value} on the scanned film" if scale.measured_at == "film" else value
