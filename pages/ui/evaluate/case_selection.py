"""Select the cases behind a click: a cell of a confusion matrix, a point of a curve, or the most confident errors."""

import numpy as np
from numpy.typing import NDArray

from pages.ui.common.language.language import N_
from pages.ui.evaluate.page_state import PageState, SelectedCases

_ROUNDING = 1e-9
_CELLS = (
    (
        N_("{label}: true positive at threshold {threshold}"),
        N_("{label}: false negative at threshold {threshold}"),
    ),
    (
        N_("{label}: false positive at threshold {threshold}"),
        N_("{label}: true negative at threshold {threshold}"),
    ),
)
"""Titles of the cells of a two-by-two matrix: rows positive and negative cases, columns predicted so."""


def confident_errors(state: PageState) -> SelectedCases:
    """Return the misclassified cases, the most confident first.

    Exclusive labels: the most probable label is not the true one. Independent labels: at least one is a false positive
    or false negative at its threshold, 0.5 where there is none.
    """
    p, true = state.subject.predictions.probabilities, state.subject.predictions.targets
    if state.subject.exclusive:
        wrong = np.flatnonzero(~true[np.arange(len(p)), p.argmax(axis=1)])
        confidence = p[wrong].max(axis=1)
    else:
        errors = (p >= np.nan_to_num(np.asarray(state.subject.thresholds), nan=0.5)) != true
        wrong = np.flatnonzero(errors.any(axis=1))
        confidence = np.where(errors[wrong], np.abs(p - true)[wrong], 0).max(axis=1)
    return SelectedCases(N_("Most confident errors"), wrong[np.argsort(-confidence, kind="stable")])


def cases_in_matrix_cell(state: PageState, label: str, row: int, column: int) -> SelectedCases:
    """Return the cases in a cell of a label's two-by-two matrix at its current threshold, the most confident first.

    row: 0 positive, 1 negative cases; column: 0 predicted positive, 1 predicted negative.
    """
    scores, threshold = state.scores(label), state.threshold(label)
    rows = np.flatnonzero((state.true(label) == (row == 0)) & ((scores >= threshold) == (column == 0)))
    found = _most_confident_first(scores if column == 0 else -scores, rows)
    facts = {"label": state.subject.titles[label], "threshold": f"{threshold:.3f}"}
    return SelectedCases(_CELLS[row][column], found, facts)


def cases_of_label_pair(state: PageState, true: int, predicted: int) -> SelectedCases:
    """Return the cases of one exclusive label that were predicted as another, the most confident first.

    true, predicted: positions of the labels.
    """
    predictions = state.subject.predictions
    most_probable = predictions.probabilities.argmax(axis=1)
    rows = np.flatnonzero(predictions.targets[:, true] & (most_probable == predicted))
    names = [state.subject.titles[label] for label in predictions.labels]
    found = _most_confident_first(predictions.probabilities[:, predicted], rows)
    return SelectedCases(
        N_("True label {true}, predicted {predicted}"), found, {"true": names[true], "predicted": names[predicted]}
    )


def cases_at_score(state: PageState, label: str, score: float) -> SelectedCases:
    """Return the cases with a given score for a label, those behind a point of its ROC or precision-recall curve."""
    rows = np.flatnonzero(np.abs(state.scores(label) - score) < _ROUNDING)
    facts = {"label": state.subject.titles[label], "score": f"{score:.3f}"}
    return SelectedCases(N_("{label}: cases with score {score}"), rows, facts)


def _most_confident_first(confidence: NDArray[np.float64], rows: NDArray[np.intp]) -> NDArray[np.intp]:
    return rows[np.argsort(-confidence[rows], kind="stable")]
