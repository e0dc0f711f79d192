"""Which measure decides."""

from meddx.evaluate.map_evaluation.build_record import recommendation
from meddx.explain.map_record import MethodRecord, RecordedMeasure

ROWS = [
    MethodRecord(name="grad-cam", title="Grad-CAM"),
    MethodRecord(name="hires-cam", title="HiResCAM"),
    MethodRecord(name="centre", title="Middle of the image", kind="baseline"),
]


def numbers(measure, **values):
    """Of validation images; the keyword hires_cam is the row hires-cam."""
    return [
        RecordedMeasure(
            method=row.replace("_", "-"), measure=measure, set="validation", value=value, low=value - 0.1,
            high=value + 0.1, n=50, interval="Wilson score",
        )
        for row, value in values.items()
    ]  # fmt: skip


HOLDS = numbers("faithfulness", grad_cam=0.2, hires_cam=0.6, centre=0.1)


def test_where_maps_point_better_than_chance_pointing_decides():
    points = numbers("pointing game with tolerance", grad_cam=0.9, hires_cam=0.7, centre=0.3)
    assert recommendation(ROWS, [*points, *HOLDS])[:2] == ("grad-cam", "pointing game with tolerance")


def test_where_none_does_the_hold_on_the_answer_decides_and_the_reason_says_so():
    points = numbers("pointing game with tolerance", grad_cam=0.2, hires_cam=0.1, centre=0.3)
    name, decided, why = recommendation(ROWS, [*points, *HOLDS])
    assert (name, decided) == ("hires-cam", "faithfulness")
    assert why.startswith("No eligible method has a clearly better share of maps that point at or near the finding")


def test_without_marks_the_hold_on_the_answer_decides():
    name, decided, why = recommendation(ROWS, HOLDS)
    assert (name, decided) == ("hires-cam", "faithfulness")
    assert "point at" not in why
