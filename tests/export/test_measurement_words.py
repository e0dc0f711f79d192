"""What exports say of measurements."""

import pytest

from meddx.export.measurement_words import measurement_sentence, measurement_words
from meddx.imaging.measurements import ImageScale, Measurement

LINE = ((0.0, 0.0), (30.0, 40.0))
ACROSS = ((0.0, 5.0), (50.0, 5.0))
LONGER = ((0.0, 9.0), (100.0, 9.0))
DETECTOR = ImageScale((0.5, 0.5), "detector", 1.0, False)
UNKNOWN = ImageScale(None, "", 1.0, False)


@pytest.mark.parametrize(
    ("tool", "lines", "scale", "said"),
    [
        ("length", (LINE,), DETECTOR, "Length 25.0 mm at the detector"),
        ("length", (LINE,), ImageScale((0.5, 0.5), "patient", 1.0, False), "Length 25.0 mm"),
        ("length", (LINE,), ImageScale((0.5, 0.5), "film", 1.0, False), "Length 25.0 mm on the scanned film"),
        ("length", (LINE,), UNKNOWN, "Length 50.0 px (the file states no pixel spacing)"),
        ("area", (LINE,), DETECTOR, "Area 236 mm² at the detector"),
        ("angle", (LINE, ACROSS), UNKNOWN, "Angle 53.1° (the other angle 126.9°)"),
        ("ratio", (ACROSS, LONGER), DETECTOR, "Ratio 0.50 (25.0 / 50.0 mm at the detector)"),
        (
            "ratio",
            (ACROSS, LONGER),
            ImageScale(None, "", 1.0, True),
            "Cardiothoracic ratio 0.50 (50.0 / 100.0 px)",
        ),
    ],
)
def test_title_value_and_where_it_lies(tool, lines, scale, said):
    assert measurement_sentence(Measurement(tool, lines), scale) == said


def test_beside_the_line_stands_the_value_alone():
    assert measurement_words(Measurement("length", (LINE,)), DETECTOR).short == "25.0 mm"
    assert measurement_words(Measurement("angle", (LINE, ACROSS)), UNKNOWN).short == "53.1°"
