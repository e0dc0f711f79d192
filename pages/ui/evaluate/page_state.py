"""What one session has done on the page: where it moved thresholds, which cases it chose; and what was computed."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

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
    """Cases to look at: what they have in common, and their positions, the first to be shown first."""

    title: str
    rows: NDArray[np.intp]


@dataclass(eq=False)
class PageState:
    """thresholds: label -> where the reader moved it; others stand where the subject's are.

    prevalence: label -> share in (0, 1) that the reader set, for PPV and NPV. chosen: None: the most confident errors.
    images: position of a case -> its image and what the model says of it now, the last few that were shown.
    """

    subject: EvaluatedSystem
    thresholds: dict[str, float] = field(default_factory=dict)
    prevalence: dict[str, float] = field(default_factory=dict)
    chosen: SelectedCases | None = None
    just_chosen: bool = False
    images: dict[int, SessionCase] = field(default_factory=dict)
    _ranked: dict[str, RankedScores] = field(default_factory=dict)

    @cached_property
    def scored(self) -> ThresholdFree:
        """What no threshold moves."""
        return threshold_free(self.subject.predictions, self.subject.exclusive, self.subject.ordered)

    @cached_property
    def stated(self) -> Assessment:
        """Everything at the subject's own thresholds."""
        return assess(self.subject.predictions, self.subject.thresholds, self.subject.exclusive, known=self.scored)

    def choose(self, cases: SelectedCases | None) -> None:
        """Show these cases; None: the most confident errors again."""
        self.chosen, self.just_chosen = cases, True

    def threshold(self, label: str) -> float:
        """Where the label's threshold stands now."""
        return self.thresholds.get(label, self.own_threshold(label))

    def own_threshold(self, label: str) -> float:
        """The subject's."""
        return self.subject.thresholds[self.subject.labels.index(label)]

    def moved(self, prevalence: float | None = None) -> Assessment:
        """Everything at the thresholds as they stand now. prevalence: for PPV and NPV elsewhere."""
        thresholds = [self.threshold(name) for name in self.subject.labels]
        return assess(
            self.subject.predictions, thresholds, self.subject.exclusive, prevalence=prevalence, known=self.scored
        )

    def ranked(self, label: str) -> RankedScores:
        """The label's scores, sorted once."""
        if label not in self._ranked:
            self._ranked[label] = RankedScores(self.scores(label), self.true(label))
        return self._ranked[label]

    def scores(self, label: str) -> NDArray[np.float64]:
        """(n,) probabilities of the label."""
        return self.subject.predictions.probabilities[:, self.subject.labels.index(label)]

    def true(self, label: str) -> NDArray[np.bool_]:
        """(n,) whether the label is true."""
        return self.subject.predictions.targets[:, self.subject.labels.index(label)]


def page_state(subject: EvaluatedSystem) -> PageState:
    """The session's state for this subject; another subject starts afresh."""
    held = st.session_state.get(_KEY)
    if not isinstance(held, PageState) or held.subject.key != subject.key:
        st.session_state[_KEY] = PageState(subject)
    return cast(PageState, st.session_state[_KEY])
