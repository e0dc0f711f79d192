"""A metric that meddx does not have: one function and one row, with which tests prove that no more is needed."""

from meddx.evaluate import metric_registry
from meddx.evaluate.confusion_metrics import recall, specificity
from meddx.evaluate.metric import Metric, OfCounts


def informedness(cells):
    """Return recall + specificity - 1, in [-1, 1] (Youden 1950, Cancer 3:32)."""
    return recall(cells) + specificity(cells) - 1


ROW = Metric(
    "informedness", "Informedness (Youden)", "Youden's J", "Youden's informedness",
    "How much better than chance cases with and without it are told apart.",
    OfCounts(informedness), "logit", "bootstrap", low=-1.0, headline=metric_registry.BOTH, in_percent=True, digits=1,
)  # fmt: skip


def added(patch):
    """Add the row for as long as the patch holds."""
    patch.setattr(metric_registry, "METRICS", (*metric_registry.METRICS, ROW))
