"""Which cases a click means, the most confident first: a cell of a matrix, a point of a curve, or the errors."""

import numpy as np
from numpy.typing import NDArray

from pages.ui.evaluate.page_state import PageState, SelectedCases

_ROUNDING = 1e-9


def confident_errors(state: PageState) -> SelectedCases:
    """What was called wrongly, the surest first. Exclusive labels: the most probable is not the true one.

    Independent ones: some label is called at its threshold and not true, or the other way round.
    """
    p, true = state.subject.predictions.probabilities, state.subject.predictions.targets
    if state.subject.exclusive:
        wrong = np.flatnonzero(~true[np.arange(len(p)), p.argmax(axis=1)])
        sure = p[wrong].max(axis=1)
    else:
        mistaken = (p >= np.asarray(state.subject.thresholds)) != true
        wrong = np.flatnonzero(mistaken.any(axis=1))
        sure = np.where(mistaken[wrong], np.abs(p - true)[wrong], 0).max(axis=1)
    return SelectedCases("The most confident errors", wrong[np.argsort(-sure, kind="stable")])


def matrix_cell(state: PageState, label: str, row: int, column: int) -> SelectedCases:
    """Of the label's own matrix at the threshold as it stands: row 0 has the label, column 0 is called."""
    scores, threshold = state.scores(label), state.threshold(label)
    rows = np.flatnonzero((state.true(label) == (row == 0)) & ((scores >= threshold) == (column == 0)))
    with_it = "with it" if row == 0 else "without it"
    called = "called" if column == 0 else "not called"
    title = f"{state.subject.titles[label]}: {with_it}, {called} at {threshold:.3f}"
    return SelectedCases(title, _by(scores if column == 0 else -scores, rows))


def label_pair(state: PageState, true: int, called: int) -> SelectedCases:
    """Of the matrix of exclusive labels: truly the one, called the other."""
    predictions = state.subject.predictions
    most = predictions.probabilities.argmax(axis=1)
    rows = np.flatnonzero(predictions.targets[:, true] & (most == called))
    names = [state.subject.titles[label] for label in predictions.labels]
    return SelectedCases(
        f"Truly {names[true]}, called {names[called]}", _by(predictions.probabilities[:, called], rows)
    )


def cases_at_score(state: PageState, label: str, score: float) -> SelectedCases:
    """The cases that a point of a curve stands for."""
    rows = np.flatnonzero(np.abs(state.scores(label) - score) < _ROUNDING)
    return SelectedCases(f"{state.subject.titles[label]}: cases that score {score:.3f}", rows)


def _by(sure: NDArray[np.float64], rows: NDArray[np.intp]) -> NDArray[np.intp]:
    return rows[np.argsort(-sure[rows], kind="stable")]
