"""Charts of one label for the evaluation report, from the same arrays as the page's; SVG."""

import numpy as np
from markupsafe import Markup

from meddx.evaluate import curves
from meddx.evaluate.arrays import Floats
from meddx.evaluate.assessment import Estimates
from meddx.evaluate.curves import CalibrationCurve
from meddx.evaluate.decision_curve import DecisionCurve
from meddx.evaluate.influence_functions import RankedScores
from meddx.evaluate.smooth_calibration import SmoothCalibration
from meddx.export import svg_chart
from meddx.export.evaluation_facts import EvaluationFacts
from meddx.formatting import percent

_POINTS = 300
_DIAGONAL = svg_chart.Line((0, 1), (0, 1), svg_chart.QUIET, dash="2 3")
_BINS = 25


def label_charts(evaluation: EvaluationFacts, label: str) -> list[Markup]:
    """Return SVG charts of scores, ROC, precision-recall and calibration.

    ROC and precision-recall only where there are both positive and negative cases.
    """
    column = evaluation.predictions.labels.index(label)
    p = evaluation.predictions.probabilities[:, column]
    true = evaluation.predictions.targets[:, column]
    title = evaluation.titles[label]
    threshold = evaluation.in_file_scale(evaluation.assessment.thresholds[column])
    own = p if evaluation.reversed_from is None else evaluation.reversed_from - p
    pictures = [_scores(own, true, threshold, title)]
    if true.any() and not true.all():
        ranked, numbers = RankedScores(p, true), evaluation.assessment.per_label[label]
        pictures += [_roc(ranked, numbers, title), _precision_recall(ranked, numbers, title)]
    details = evaluation.details[label]
    if details.bins is not None:
        pictures.append(_calibration(details.bins, details.smooth, title))
    if details.decision is not None:
        pictures.append(_decision(details.decision, title))
    return pictures


def _scores(p: Floats, true: np.ndarray, threshold: float, title: str) -> Markup:
    low, high = (0.0, 1.0) if p.min() >= 0 and p.max() <= 1 else (float(p.min()), float(p.max()))
    edges = np.linspace(low, high, _BINS + 1)
    shares = [np.histogram(p[group], edges)[0] / max(int(group.sum()), 1) for group in (true, ~true)]
    top = float(np.ceil(20 * max(share.max() for share in shares)) / 20)
    marks: list[svg_chart.Mark] = [
        svg_chart.Bars(edges.tolist(), shares[0].tolist(), svg_chart.BLUE, f"positive (n {int(true.sum()):,})"),
        svg_chart.Bars(edges.tolist(), shares[1].tolist(), svg_chart.ORANGE, f"negative (n {int((~true).sum()):,})"),
    ]
    if not np.isnan(threshold):
        marks.append(svg_chart.Line((threshold, threshold), (0, top), svg_chart.INK, name="threshold"))
    x = svg_chart.Axis("score", np.linspace(low, high, 6).tolist(), "{:.3g}".format)
    y = svg_chart.Axis("share of the group", [top * step / 4 for step in range(5)], percent)
    return svg_chart.plot(marks, x, y, f"Scores of {title}")


def _roc(ranked: RankedScores, numbers: Estimates, title: str) -> Markup:
    curve = curves.roc(ranked, _POINTS)
    marks: list[svg_chart.Mark] = [
        _DIAGONAL,
        svg_chart.Line(curve.x.tolist(), curve.y.tolist()),
    ]
    if not np.isnan(numbers["recall"].value):
        marks.append(svg_chart.Dots([1 - numbers["specificity"].value], [numbers["recall"].value]))
    x, y = svg_chart.Axis("1 − specificity", svg_chart.FRACTIONS), svg_chart.Axis("sensitivity", svg_chart.FRACTIONS)
    return svg_chart.plot(marks, x, y, f"ROC curve of {title}; the dot is the threshold")


def _precision_recall(ranked: RankedScores, numbers: Estimates, title: str) -> Markup:
    curve = curves.precision_recall(ranked, _POINTS)
    marks: list[svg_chart.Mark] = [svg_chart.Line(curve.x.tolist(), curve.y.tolist(), steps=True)]
    if not np.isnan(numbers["precision"].value):
        marks.append(svg_chart.Dots([numbers["recall"].value], [numbers["precision"].value]))
    x, y = (
        svg_chart.Axis("recall (sensitivity)", svg_chart.FRACTIONS),
        svg_chart.Axis("precision (PPV)", svg_chart.FRACTIONS),
    )
    return svg_chart.plot(marks, x, y, f"Precision-recall curve of {title}; the dot is the threshold")


def _calibration(bins: CalibrationCurve, smooth: SmoothCalibration | None, title: str) -> Markup:
    x = bins.confidence.tolist()
    dots = svg_chart.Dots(x, bins.observed.tolist(), low=bins.observed_low.tolist(), high=bins.observed_high.tolist())
    axes = (
        svg_chart.Axis("predicted probability", svg_chart.FRACTIONS),
        svg_chart.Axis("observed frequency", svg_chart.FRACTIONS),
    )
    marks: list[svg_chart.Mark] = [_DIAGONAL, dots]
    if smooth is not None:
        predicted = smooth.probability.tolist()
        marks += [
            svg_chart.Line(predicted, smooth.observed.tolist(), svg_chart.ORANGE, name="smooth curve"),
            svg_chart.Line(predicted, smooth.low.tolist(), svg_chart.ORANGE, name="its 95 % interval", dash="3 3"),
            svg_chart.Line(predicted, smooth.high.tolist(), svg_chart.ORANGE, dash="3 3"),
        ]
    return svg_chart.plot(
        marks, *axes, f"Calibration of {title}: bins of equally many cases, and a smooth curve with its interval"
    )


def _decision(curve: DecisionCurve, title: str) -> Markup:
    x = curve.thresholds.tolist()
    top = max(0.05, float(np.ceil(20 * max(curve.model.max(), curve.treat_all.max())) / 20))
    marks: list[svg_chart.Mark] = [
        svg_chart.Line(x, curve.model.tolist(), name="model"),
        svg_chart.Line(x, curve.low.tolist(), name="its 95 % interval", dash="3 3"),
        svg_chart.Line(x, curve.high.tolist(), dash="3 3"),
        svg_chart.Line(x, curve.treat_all.tolist(), svg_chart.ORANGE, name="treat all"),
        svg_chart.Line((0, 1), (0, 0), svg_chart.QUIET, name="treat none"),
    ]
    axes = (
        svg_chart.Axis("threshold probability", svg_chart.FRACTIONS),
        svg_chart.Axis("net benefit", [-0.05, *(top * step / 4 for step in range(5))]),
    )
    return svg_chart.plot(marks, *axes, f"Decision curve of {title}: net benefit of treating whom the model selects")
