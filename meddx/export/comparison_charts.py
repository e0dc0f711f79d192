"""Curves of several systems in one chart, for the comparison report; SVG."""

from itertools import cycle

from markupsafe import Markup

from meddx.evaluate import curves
from meddx.evaluate.influence_functions import RankedScores
from meddx.evaluate.paired.alignment import Aligned
from meddx.export import svg_chart

_POINTS = 300
_COLOURS = (svg_chart.BLUE, svg_chart.ORANGE, svg_chart.GREEN, svg_chart.INK)
_DASHES = ("", "7 4", "2 3", "9 3 2 3")
_DIAGONAL = svg_chart.Line((0, 1), (0, 1), svg_chart.QUIET, dash="2 3")
_LONGEST = 24
"""Most letters of a name in a legend."""


def roc_chart(aligned: Aligned, column: int) -> Markup | None:
    """Return the ROC curves of a label, with a dot at each system's own threshold.

    None where the label has no positive or no negative cases. column: position of the label.
    """
    positive = aligned.systems[0].predictions.targets[:, column]
    if positive.all() or not positive.any():
        return None
    marks: list[svg_chart.Mark] = [_DIAGONAL]
    for system, colour, dash in zip(aligned.systems, cycle(_COLOURS), cycle(_DASHES), strict=False):
        called = system.calls[:, column]
        if system.scored:
            curve = curves.roc(RankedScores(system.predictions.probabilities[:, column], positive), _POINTS)
            marks.append(svg_chart.Line(curve.x.tolist(), curve.y.tolist(), colour, _short(system.title), dash))
        if system.has_thresholds:
            marks.append(svg_chart.Dots([float(called[~positive].mean())], [float(called[positive].mean())], colour))
    x, y = svg_chart.Axis("1 − specificity", svg_chart.FRACTIONS), svg_chart.Axis("sensitivity", svg_chart.FRACTIONS)
    return svg_chart.plot(marks, x, y, f"ROC curves of {aligned.labels[column]}; dots: each system's own threshold")


def calibration_chart(aligned: Aligned, column: int) -> Markup | None:
    """Return the calibration curves of a label; None where no system gives probabilities. column: its position."""
    marks: list[svg_chart.Mark] = [_DIAGONAL]
    for system, colour, dash in zip(aligned.systems, cycle(_COLOURS), cycle(_DASHES), strict=False):
        if system.scored and system.predictions.are_probabilities:
            predictions = system.predictions
            bins = curves.calibration_curve(
                predictions.probabilities[:, column], predictions.targets[:, column], bins=10
            )
            x, y = bins.confidence.tolist(), bins.observed.tolist()
            marks += [svg_chart.Line(x, y, colour, _short(system.title), dash), svg_chart.Dots(x, y, colour)]
    axes = (
        svg_chart.Axis("predicted probability", svg_chart.FRACTIONS),
        svg_chart.Axis("observed frequency", svg_chart.FRACTIONS),
    )
    return svg_chart.plot(marks, *axes, f"Calibration curves of {aligned.labels[column]}") if len(marks) > 1 else None


def _short(title: str) -> str:
    return title if len(title) <= _LONGEST else title[: _LONGEST - 1] + "…"
