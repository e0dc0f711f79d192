"""ROC, precision-recall and reliability of several systems in one picture, numbers beside it."""

from collections.abc import Callable

import streamlit as st

from meddx.evaluate import curves
from meddx.evaluate.influence import Ranked
from meddx.evaluate.paired.alignment import Aligned
from meddx.evaluate.paired.system import System
from pages.ui.charts import precision_recall, reliability, roc
from pages.ui.charts.beside import beside

_POINTS = 400
ROC, PRECISION_RECALL, RELIABILITY = "ROC", "Precision-recall", "Reliability"


def show(aligned: Aligned, label: str, title: str) -> None:
    """The picture that the reader chooses, of one label and its title."""
    column = aligned.labels.index(label)
    scored = [system for system in aligned.systems if system.scored]
    without = [system.title for system in aligned.systems if not system.scored]
    positive = aligned.systems[0].predictions.targets[:, column]
    kind = st.segmented_control(
        "Picture", list(_PICTURES), default=ROC, required=True, key="compare-picture", label_visibility="collapsed"
    )
    if positive.all() or not positive.any():
        st.write("A curve needs cases with the label and without.")
        return
    _PICTURES[str(kind or ROC)](scored, column, f"{title}: {int(positive.sum()):,} of {len(positive):,} cases")
    if without:
        st.caption(f"No curve of {', '.join(without)}: labels without probabilities have one point.")


def _roc(systems: list[System], column: int, words: str) -> None:
    found = {system.title: curves.roc(_ranked(system, column), _POINTS) for system in systems}
    points = {system.title: _operating(system, column)[:2] for system in systems}
    beside(roc.figure(found, points), roc.rows(found), key="compare-roc", alt=f"ROC curves of {words}")


def _precision_recall(systems: list[System], column: int, words: str) -> None:
    found = {system.title: curves.precision_recall(_ranked(system, column), _POINTS) for system in systems}
    points = {}
    for system in systems:
        _, recall, precision = _operating(system, column)
        if precision is not None:
            points[system.title] = (recall, precision)
    prevalence = float(systems[0].predictions.targets[:, column].mean())
    picture = precision_recall.figure(found, points, prevalence)
    beside(picture, precision_recall.rows(found), key="compare-pr", alt=f"Precision-recall curves of {words}")


def _reliability(systems: list[System], column: int, words: str) -> None:
    found = {
        system.title: curves.reliability(
            system.predictions.probabilities[:, column], system.predictions.targets[:, column], bins=10
        )
        for system in systems
    }
    beside(reliability.figure(found), reliability.rows(found), key="compare-cal", alt=f"Reliability of {words}")


_PICTURES: dict[str, Callable[[list[System], int, str], None]] = {
    ROC: _roc,
    PRECISION_RECALL: _precision_recall,
    RELIABILITY: _reliability,
}


def _ranked(system: System, column: int) -> Ranked:
    return Ranked(system.predictions.probabilities[:, column], system.predictions.targets[:, column])


def _operating(system: System, column: int) -> tuple[float, float, float | None]:
    """False alarm rate, sensitivity and PPV (None when nothing is called) at the system's own threshold."""
    called, true = system.calls[:, column], system.predictions.targets[:, column]
    hits, false = int((called & true).sum()), int((called & ~true).sum())
    ppv = hits / (hits + false) if hits + false else None
    return false / int((~true).sum()), hits / int(true.sum()), ppv
