"""Titles of labels and metrics, and metrics' numbers, in the reader's language."""

from meddx.evaluate import metric_registry
from meddx.evaluate.metric import Metric
from pages.ui.common.language.language import N_, _
from pages.ui.common.language.translated import translated

_AT = {"recall at specificity": N_("Sensitivity at specificity {value}")}
"""Titles of metrics at a value that the reader chose."""


def short_title(label: str) -> str:
    """Return a label's title without its part in brackets, for the axes of a chart."""
    return label.partition(" (")[0].partition("\N{FULLWIDTH LEFT PARENTHESIS}")[0]


def metric_title(name: str) -> str:
    """Return a metric's title, for the start of a line. name: in the registry, or of a card from elsewhere."""
    base, _space, value = name.rpartition(" ")
    return _(_AT[base]).format(value=f"{float(value):g}") if base in _AT else translated(metric_registry.title(name))


def metric_meaning(metric: Metric) -> str:
    """Return what a metric says."""
    return translated(metric.meaning)


def metric_text(name: str, value: float) -> str:
    """Return a value in the metric's number format; "not defined" for NaN."""
    return translated(metric_registry.text(name, value))


def metric_interval(name: str, low: float, high: float) -> str:
    """Return an interval in the metric's number format; "not defined" where it has no limits."""
    return translated(metric_registry.metric_span(name, low, high))
