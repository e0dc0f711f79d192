"""Draw a reader's measurements on the picture of an image, numbered as in the table beside it."""

import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont

from meddx.export.measurement_words import measurement_words
from meddx.imaging.measurements import DrawnLine, ImageScale, Measurement, Point

_DARK, _LIGHT = "#000000", "#7ee0c3"
"""Light on dark is seen on any grey."""
_PICTURES_A_LINE, _PICTURES_A_LETTER = 700, 45
"""How many times the picture's longest side exceeds the width of a line and the height of a letter."""
_SMALLEST_LETTERS = 11


def draw_measurements(
    picture: PIL.Image.Image, measurements: tuple[Measurement, ...], scale: ImageScale, size: tuple[int, int]
) -> None:
    """Draw on an RGB picture of the whole image. size: columns and rows of the image that the points are in."""
    side = max(picture.size)
    thick = max(round(side / _PICTURES_A_LINE), 1)
    font = PIL.ImageFont.load_default(max(side // _PICTURES_A_LETTER, _SMALLEST_LETTERS))
    draw = PIL.ImageDraw.Draw(picture)
    across, down = picture.width / size[0], picture.height / size[1]

    def placed(point: Point) -> Point:
        return point[0] * across, point[1] * down

    for number, measurement in enumerate(measurements, 1):
        lines = [(placed(start), placed(end)) for start, end in measurement.lines]
        for colour, width in ((_DARK, 3 * thick), (_LIGHT, thick)):
            for line in lines:
                if measurement.tool == "area":
                    draw.ellipse(_box(line), outline=colour, width=width)
                else:
                    draw.line(line, colour, width)
        text = f"{number}: {measurement_words(measurement, scale).short}"
        left, top, right, bottom = draw.textbbox((0, 0), text, font, stroke_width=2 * thick)
        x, y = lines[-1][1]
        corner = (
            min(max(x + 4 * thick, -left), picture.width - right),
            min(max(y - 4 * thick - bottom, -top), picture.height - bottom),
        )
        draw.text(corner, text, _LIGHT, font, stroke_width=2 * thick, stroke_fill=_DARK)


def _box(line: DrawnLine) -> tuple[float, float, float, float]:
    (x0, y0), (x1, y1) = line
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
