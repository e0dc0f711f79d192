"""The state of one session on the Evaluate page: moved thresholds, selected cases, and cached results."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from meddx.evaluate.assessment import Assessment, ThresholdFree, assess, threshold_free
from meddx.evaluate.influence_functions import RankedScores
from pages.ui.common.session import SessionCase
from pages.ui.evaluate.evaluated_system import EvaluatedSystem

_KEY = "evaluate"


@dataclass(frozen=True)
class SelectedCases:
    """Hold the cases to list. title: what they have in common; rows: their positions, in the order to list them."""

    title: str
    rows: NDArray[np.intp]


@dataclass(eq=False)
class PageState:
    """Hold what the reader changed, and cache what was computed.

    thresholds: label -> the threshold that the reader set; the others are the system's own.
    prevalence: label -> share in (0, 1) that the reader set, for PPV and NPV.
    selected: the cases to list; None for the most confident errors. selection_changed: whether the page must rerun.
    images: position of a case -> its image and the model's predictions, the last few that were shown.
    """

    subject: EvaluatedSystem
    thresholds: dict[str, float] = field(default_factory=dict)
    prevalence: dict[str, float] = field(default_factory=dict)
    selected: SelectedCases | None = None
    selection_changed: bool = False
    images: dict[int, SessionCase] = field(default_factory=dict)
    _ranked: dict[str, RankedScores] = field(default_factory=dict)

    @cached_property
    def threshold_free_metrics(self) -> ThresholdFree:
        """Return the metrics that do not depend on thresholds."""
        return threshold_free(self.subject.predictions, self.subject.exclusive, self.subject.ordered)

    @cached_property
    def initial_assessment(self) -> Assessment:
        """Return all metrics at the system's own thresholds."""
        subject = self.subject
        return assess(subject.predictions, subject.thresholds, subject.exclusive, known=self.threshold_free_metrics)

    def select(self, cases: SelectedCases | None) -> None:
        """List these cases; None lists the most confident errors again."""
        self.selected, self.selection_changed = cases, True

    def threshold(self, label: str) -> float:
        """Return the label's current threshold."""
        return self.thresholds.get(label, self.own_threshold(label))

    def own_threshold(self, label: str) -> float:
        """Return the label's threshold as the system came with it."""
        return self.subject.thresholds[self.subject.labels.index(label)]

    def current_assessment(self, prevalence: float | None = None) -> Assessment:
        """Return all metrics at the current thresholds. prevalence: share in (0, 1) for PPV and NPV elsewhere."""
        subject = self.subject
        thresholds = [self.threshold(name) for name in subject.labels]
        return assess(
            subject.predictions,
            thresholds,
            subject.exclusive,
            prevalence=prevalence,
            known=self.threshold_free_metrics,
        )

    def ranked(self, label: str) -> RankedScores:
        """Return the label's scores, sorted once and cached."""
        if label not in self._ranked:
            self._ranked[label] = RankedScores(self.scores(label), self.true(label))
        return self._ranked[label]

    def scores(self, label: str) -> NDArray[np.float64]:
        """Return the label's probabilities, float64 (n,)."""
        return self.subject.predictions.probabilities[:, self.subject.labels.index(label)]

    def true(self, label: str) -> NDArray[np.bool_]:
        """Return whether the label is true, bool (n,)."""
        return self.subject.predictions.targets[:, self.subject.labels.index(label)]


def page_state(subject: EvaluatedSystem) -> PageState:
    """Return the session's state for this system; a new one where anything that decides a number has changed."""
    state = st.session_state.get(_KEY)
    if not isinstance(state, PageState) or state.subject.key != subject.key:
        state = st.session_state[_KEY] = PageState(subject)
    state.subject = subject  # its texts may have changed
    return state
