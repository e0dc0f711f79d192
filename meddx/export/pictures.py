"""A label's curves for the report, from the same arrays as the page's."""

import numpy as np

from meddx.evaluate import curves
from meddx.evaluate.assessment import Numbers
from meddx.evaluate.influence import Ranked
from meddx.export import svg
from meddx.export.evaluation import Evaluation

_POINTS = 300
_DIAGONAL = svg.Line((0, 1), (0, 1), svg.QUIET, dash="2 3")
_BINS = 25


def of_label(evaluation: Evaluation, label: str) -> list[str]:
    """SVG of scores, ROC, precision-recall and reliability; the two curves only where both kinds of case are there."""
    column = evaluation.predictions.labels.index(label)
    p = evaluation.predictions.probabilities[:, column]
    true = evaluation.predictions.targets[:, column]
    title = evaluation.titles[label]
    pictures = [_scores(p, true, evaluation.assessment.thresholds[column], title)]
    if true.any() and not true.all():
        ranked, numbers = Ranked(p, true), evaluation.assessment.per_label[label]
        pictures += [_roc(ranked, numbers, title), _precision_recall(ranked, numbers, title)]
    return [*pictures, _reliability(p, true, title)]


def _scores(p: curves.Floats, true: np.ndarray, threshold: float, title: str) -> str:
    edges = np.linspace(0, 1, _BINS + 1)
    shares = [np.histogram(p[group], edges)[0] / max(int(group.sum()), 1) for group in (true, ~true)]
    top = float(np.ceil(20 * max(share.max() for share in shares)) / 20)
    marks: list[svg.Mark] = [
        svg.Bars(edges.tolist(), shares[0].tolist(), svg.BLUE, f"with it (n {int(true.sum()):,})"),
        svg.Bars(edges.tolist(), shares[1].tolist(), svg.ORANGE, f"without (n {int((~true).sum()):,})"),
        svg.Line((threshold, threshold), (0, top), svg.INK, name="threshold"),
    ]
    y = svg.Axis("share of the group", [top * step / 4 for step in range(5)], "{:.0%}".format)
    return svg.plot(marks, svg.Axis("score", svg.FRACTIONS), y, f"Scores of {title}")


def _roc(ranked: Ranked, numbers: Numbers, title: str) -> str:
    curve = curves.roc(ranked, _POINTS)
    marks: list[svg.Mark] = [
        _DIAGONAL,
        svg.Line(curve.x.tolist(), curve.y.tolist()),
        svg.Dots([1 - numbers["specificity"].value], [numbers["recall"].value]),
    ]
    x, y = svg.Axis("1 − specificity", svg.FRACTIONS), svg.Axis("sensitivity", svg.FRACTIONS)
    return svg.plot(marks, x, y, f"ROC curve of {title}; the dot is the threshold")


def _precision_recall(ranked: Ranked, numbers: Numbers, title: str) -> str:
    curve = curves.precision_recall(ranked, _POINTS)
    marks: list[svg.Mark] = [svg.Line(curve.x.tolist(), curve.y.tolist(), steps=True)]
    if not np.isnan(numbers["precision"].value):
        marks.append(svg.Dots([numbers["recall"].value], [numbers["precision"].value]))
    x, y = svg.Axis("recall (sensitivity)", svg.FRACTIONS), svg.Axis("precision (PPV)", svg.FRACTIONS)
    return svg.plot(marks, x, y, f"Precision over recall of {title}; the dot is the threshold")


def _reliability(p: curves.Floats, true: np.ndarray, title: str) -> str:
    bins = curves.reliability(p, true)
    x = bins.confidence.tolist()
    dots = svg.Dots(x, bins.observed.tolist(), low=bins.observed_low.tolist(), high=bins.observed_high.tolist())
    axes = svg.Axis("probability given", svg.FRACTIONS), svg.Axis("share that came true", svg.FRACTIONS)
    return svg.plot([_DIAGONAL, dots], *axes, f"Reliability of {title}, bins of equally many cases")
