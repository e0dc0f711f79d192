"""Five cases of two labels, small enough to count by hand."""

import numpy as np

from meddx.evaluate.predictions import Predictions
from pages.ui.evaluate.evaluated_system import EvaluatedSystem
from pages.ui.evaluate.page_state import PageState

P = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.3, 0.7], [0.05, 0.95]])
TRUE = np.array([[1, 0], [1, 0], [0, 1], [0, 1], [1, 0]], bool)


def state(exclusive=True, true=TRUE, thresholds=(0.5, 0.5), **changes):
    """changes: the attributes of the cases, and further fields of the EvaluatedSystem."""
    names = tuple("abcde")
    predictions = Predictions(
        ("ILL", "WELL"), names, names, true, np.log(P).astype(np.float32), P,
        changes.pop("attributes", {"sex": tuple("FMFMF")}),
    )  # fmt: skip
    titles = changes.pop("titles", {"ILL": "Ill", "WELL": "Well"})
    return PageState(
        EvaluatedSystem("key", "title", "cases", predictions, exclusive, titles, thresholds, "hand", **changes)
    )
