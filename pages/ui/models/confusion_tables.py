"""What a model called the cases of its test set: confusion matrices of the recorded predictions."""

from html import escape

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.confusion_matrix import binary_confusion, exclusive_confusion
from meddx.evaluate.predictions import Predictions
from meddx.formatting import percent
from meddx.model.card import Card, Label
from pages.ui.common.html import data_table

_DEEPEST = 0.55
"""Opacity of the blue behind 100 %: white text on it keeps a contrast above 4.5."""
_SPELLED_OUT = 4
"""Labels whose titles still fit over the columns; of more, columns carry the numbers of the rows."""


def is_numbered(card: Card) -> bool:
    """Whether its one matrix is so wide that columns carry numbers."""
    return card.task == "exclusive" and len(card.labels) > _SPELLED_OUT


def confusion_html(card: Card, predictions: Predictions) -> str:
    """One matrix for exclusive labels, one of two by two for each label otherwise; HTML."""
    if card.task == "exclusive":
        return _exclusive(card, predictions)
    columns = {name: column for column, name in enumerate(predictions.labels)}
    return '<div class="pairs">' + "".join(
        _binary(label, predictions.probabilities[:, columns[label.name]], predictions.targets[:, columns[label.name]])
        for label in card.labels
    ) + "</div>"  # fmt: skip


def how_called(card: Card) -> str:
    """What made a call of a probability, in words."""
    if card.task == "exclusive":
        return (
            "Called: the most probable label, whatever its threshold. Percentages are of the row, the cases that truly "
            "carry the label. Findings on the Diagnose page follow the thresholds above instead."
        )
    return (
        "Called: labels at or above the card's threshold, as on the Diagnose page. "
        "Percentages are of the row, the cases that truly are so."
    )


def _exclusive(card: Card, predictions: Predictions) -> str:
    titles = {label.name: label.title for label in card.labels}
    names = [titles[name] for name in predictions.labels]
    counts = exclusive_confusion(predictions.probabilities, predictions.targets)
    if not is_numbered(card):
        return _matrix(f"{len(predictions):,} test cases", [f"called {name}" for name in names], names, counts)
    rows = [f"{number} {name}" for number, name in enumerate(names, start=1)]
    called = [str(number) for number in range(1, len(names) + 1)]
    caption = f"{len(predictions):,} test cases; rows: truth, columns: called, numbered as the rows are"
    return _matrix(caption, called, rows, counts)


def _binary(label: Label, scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> str:
    counts = binary_confusion(scores, positive, label.threshold)
    caption = f"{label.title}: {len(scores):,} test cases, called at {label.threshold:.3f} or more"
    return _matrix(caption, ["called", "not called"], ["present", "absent"], counts)


def _matrix(caption: str, called: list[str], true: list[str], counts: NDArray[np.int64]) -> str:
    rows = []
    for row, (name, line) in enumerate(zip(true, counts, strict=True)):
        whole = int(line.sum())
        rows.append((name, [_cell(int(count), whole, row == column) for column, count in enumerate(line)]))
    head = ["", *(escape(name) for name in called)]
    return data_table("confusion", caption, head, rows)


def _cell(count: int, whole: int, right: bool) -> str:
    share = count / whole if whole else 0.0
    colour = "86, 180, 233" if right else "230, 159, 0"  # Okabe and Ito's sky blue and orange
    words = escape(percent(share, 1)) if whole else "no such case"
    return f'<div style="background: rgba({colour}, {share * _DEEPEST:.3f})"><b>{count:,}</b><span>{words}</span></div>'
