"""Draw the confusion matrices of a model's recorded test predictions; HTML."""

from html import escape

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.confusion_matrix import binary_confusion, exclusive_confusion
from meddx.evaluate.predictions import Predictions
from meddx.model.card import Card, Label
from pages.ui.common.html import data_table
from pages.ui.common.language.formatting import decimal, percent
from pages.ui.common.language.language import _, number
from pages.ui.common.language.translated import translated

_DEEPEST = 0.55
"""Opacity of the colour behind 100 %: white text on it keeps a contrast above 4.5."""
_SPELLED_OUT = 4
"""Most labels whose titles fit above the columns; with more, columns have the numbers of the rows."""


def is_numbered(card: Card) -> bool:
    """Return whether the matrix is so wide that its columns have numbers instead of titles."""
    return card.task == "exclusive" and len(card.labels) > _SPELLED_OUT


def confusion_html(card: Card, predictions: Predictions) -> str:
    """Return one matrix for exclusive labels, else a two-by-two matrix for each label; HTML."""
    if card.task == "exclusive":
        return _exclusive(card, predictions)
    columns = {name: column for column, name in enumerate(predictions.labels)}
    return '<div class="pairs">' + "".join(
        _binary(label, predictions.probabilities[:, columns[label.name]], predictions.targets[:, columns[label.name]])
        for label in card.labels
    ) + "</div>"  # fmt: skip


def decision_rule(card: Card) -> str:
    """Return how predictions follow from probabilities in the matrix, and what its percentages are of."""
    if card.task == "exclusive":
        return _(
            "Prediction: the most probable label, regardless of thresholds. Percentages are shares of the row (cases "
            "with that true label). Findings on the Diagnose page use the thresholds above instead."
        )
    return _(
        "Predicted positive: at or above the card's threshold, as on the Diagnose page. Percentages are shares of the "
        "row (cases with that true label)."
    )


def _exclusive(card: Card, predictions: Predictions) -> str:
    titles = {label.name: translated(label.title) for label in card.labels}
    names = [titles[name] for name in predictions.labels]
    counts = exclusive_confusion(predictions.probabilities, predictions.targets)
    if not is_numbered(card):
        caption = _("{count} test cases; rows: true label").format(count=number(len(predictions)))
        return _matrix(caption, [_("predicted {label}").format(label=name) for name in names], names, counts)
    rows = [f"{number} {name}" for number, name in enumerate(names, start=1)]
    columns = [str(number) for number in range(1, len(names) + 1)]
    caption = _("{count} test cases; rows: true label, columns: predicted label, numbered as the rows")
    return _matrix(caption.format(count=number(len(predictions))), columns, rows, counts)


def _binary(label: Label, scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> str:
    if label.threshold is None:
        missing = _("{label}: no threshold, so no matrix.").format(label=translated(label.title))
        return f'<p class="none">{escape(missing)}</p>'
    counts = binary_confusion(scores, positive, label.threshold)
    caption = _("{label}: {count} test cases, threshold {threshold}").format(
        label=translated(label.title), count=number(len(scores)), threshold=decimal(label.threshold)
    )
    predicted = [_("predicted positive"), _("predicted negative")]
    return _matrix(caption, predicted, [_("positive"), _("negative")], counts)


def _matrix(caption: str, predicted: list[str], true: list[str], counts: NDArray[np.int64]) -> str:
    rows = []
    for row, (name, line) in enumerate(zip(true, counts, strict=True)):
        whole = int(line.sum())
        rows.append((name, [_cell(int(count), whole, row == column) for column, count in enumerate(line)]))
    head = ["", *(escape(name) for name in predicted)]
    return data_table("confusion", caption, head, rows)


def _cell(count: int, whole: int, right: bool) -> str:
    share = count / whole if whole else 0.0
    colour = "86, 180, 233" if right else "230, 159, 0"  # Okabe and Ito's sky blue and orange
    words = escape(percent(share, 1)) if whole else _("no cases")
    tint = f"background: rgba({colour}, {share * _DEEPEST:.3f})"
    return f'<div style="{tint}"><b>{number(count)}</b><span>{words}</span></div>'
