"""What one session has done on the page: where it moved thresholds, which cases it chose; and what was computed."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from meddx.evaluate.assessment import Assessment, Scored, assess, scored
from meddx.evaluate.influence import Ranked
from pages.ui.evaluate.subject import Subject
from pages.ui.session import Case

_KEY = "evaluate"


@dataclass(frozen=True)
class Chosen:
    """Cases to look at: what they have in common, and their positions, the first to be shown first."""

    title: str
    rows: NDArray[np.intp]


@dataclass(eq=False)
class State:
    """thresholds: label -> where the reader moved it; others stand where the subject's are.

    prevalence: label -> share in (0, 1) that the reader set, for PPV and NPV. chosen: None: the most confident errors.
    films: position of a case -> its film and what the model says of it now, the last few that were shown.
    """

    subject: Subject
    thresholds: dict[str, float] = field(default_factory=dict)
    prevalence: dict[str, float] = field(default_factory=dict)
    chosen: Chosen | None = None
    just_chosen: bool = False
    films: dict[int, Case] = field(default_factory=dict)
    _ranked: dict[str, Ranked] = field(default_factory=dict)

    @cached_property
    def scored(self) -> Scored:
        """What no threshold moves."""
        return scored(self.subject.predictions, self.subject.exclusive, self.subject.ordered)

    @cached_property
    def stated(self) -> Assessment:
        """Everything at the subject's own thresholds."""
        return assess(self.subject.predictions, self.subject.thresholds, self.subject.exclusive, known=self.scored)

    def choose(self, cases: Chosen | None) -> None:
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

    def ranked(self, label: str) -> Ranked:
        """The label's scores, sorted once."""
        if label not in self._ranked:
            self._ranked[label] = Ranked(self.scores(label), self.true(label))
        return self._ranked[label]

    def scores(self, label: str) -> NDArray[np.float64]:
        """(n,) probabilities of the label."""
        return self.subject.predictions.probabilities[:, self.subject.labels.index(label)]

    def true(self, label: str) -> NDArray[np.bool_]:
        """(n,) whether the label is true."""
        return self.subject.predictions.targets[:, self.subject.labels.index(label)]


def state_of(subject: Subject) -> State:
    """The session's state for this subject; another subject starts afresh."""
    held = st.session_state.get(_KEY)
    if not isinstance(held, State) or held.subject.key != subject.key:
        st.session_state[_KEY] = State(subject)
    return cast(State, st.session_state[_KEY])
