"""Curves of several systems in one picture for the report."""

from itertools import cycle

from meddx.evaluate import curves
from meddx.evaluate.influence import Ranked
from meddx.evaluate.paired.alignment import Aligned
from meddx.export import svg

_POINTS = 300
_COLOURS = (svg.BLUE, svg.ORANGE, svg.GREEN, svg.INK)
_DASHES = ("", "7 4", "2 3", "9 3 2 3")
_DIAGONAL = svg.Line((0, 1), (0, 1), svg.QUIET, dash="2 3")
_LONGEST = 24
"""Letters of a name in a legend."""


def roc(aligned: Aligned, column: int) -> str | None:
    """ROC curves of one label, a dot at each system's own threshold; None without both kinds of case."""
    positive = aligned.systems[0].predictions.targets[:, column]
    if positive.all() or not positive.any():
        return None
    marks: list[svg.Mark] = [_DIAGONAL]
    for system, colour, dash in zip(aligned.systems, cycle(_COLOURS), cycle(_DASHES), strict=False):
        called = system.calls[:, column]
        if system.scored:
            curve = curves.roc(Ranked(system.predictions.probabilities[:, column], positive), _POINTS)
            marks.append(svg.Line(curve.x.tolist(), curve.y.tolist(), colour, _short(system.title), dash))
        marks.append(svg.Dots([float(called[~positive].mean())], [float(called[positive].mean())], colour))
    x, y = svg.Axis("1 − specificity", svg.FRACTIONS), svg.Axis("sensitivity", svg.FRACTIONS)
    return svg.plot(marks, x, y, f"ROC curves of {aligned.labels[column]}; dots are each one's own threshold")


def reliability(aligned: Aligned, column: int) -> str | None:
    """Reliability of the probabilities of one label; None where no system gives any."""
    marks: list[svg.Mark] = [_DIAGONAL]
    for system, colour, dash in zip(aligned.systems, cycle(_COLOURS), cycle(_DASHES), strict=False):
        if system.scored:
            predictions = system.predictions
            bins = curves.reliability(predictions.probabilities[:, column], predictions.targets[:, column], bins=10)
            x, y = bins.confidence.tolist(), bins.observed.tolist()
            marks += [svg.Line(x, y, colour, _short(system.title), dash), svg.Dots(x, y, colour)]
    axes = svg.Axis("probability given", svg.FRACTIONS), svg.Axis("share that came true", svg.FRACTIONS)
    return svg.plot(marks, *axes, f"Reliability of {aligned.labels[column]}") if len(marks) > 1 else None


def _short(title: str) -> str:
    return title if len(title) <= _LONGEST else title[: _LONGEST - 1] + "…"
