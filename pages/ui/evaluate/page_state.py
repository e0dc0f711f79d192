"""The state of one session on the Evaluate page: moved thresholds, selected cases, and cached results."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from meddx.evaluate.assessment import Assessment, ThresholdFree, assess, threshold_free
from meddx.evaluate.influence_functions import RankedScores
from meddx.evaluate.label_details import KEPT_SHARE, smooth_curve
from meddx.evaluate.smooth_calibration import SmoothCalibration
from meddx.evaluate.subgroups import Subgroups
from pages.ui.common.language.language import _
from pages.ui.common.language.translated import translated
from pages.ui.common.session import SessionCase
from pages.ui.evaluate.evaluated_system import EvaluatedSystem

_KEY = "evaluate"


@dataclass(frozen=True)
class SelectedCases:
    """Hold the cases to list. rows: their positions, in the order to list them.

    sentence: what they have in common, marked for translation; facts: what stands in its places.
    """

    sentence: str
    rows: NDArray[np.intp]
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Return what they have in common, in English: a name that stays while the reader changes the language."""
        return self.sentence.format(**self.facts)

    @property
    def heading(self) -> str:
        """Return what they have in common, in the reader's language."""
        return _(self.sentence).format(**{name: translated(fact) for name, fact in self.facts.items()})


@dataclass(eq=False)
class PageState:
    """Hold what the reader changed, and cache what was computed.

    thresholds: label -> the threshold that the reader set; the others are the system's own.
    prevalence: label -> share in (0, 1) that the reader set, for PPV and NPV.
    selected: the cases to list; None for the most confident errors. selection_changed: whether the page must rerun.
    proportions: the interval of shares of one label's cases, by its name in PROPORTION_INTERVALS.
    specificity, sensitivity: what operating points keep, in (0, 1]. subgroups: what was looked at, column, metric and
    label -> result.
    images: position of a case -> its image and the model's predictions, the last few that were shown.
    """

    subject: EvaluatedSystem
    thresholds: dict[str, float] = field(default_factory=dict)
    prevalence: dict[str, float] = field(default_factory=dict)
    selected: SelectedCases | None = None
    selection_changed: bool = False
    proportions: str = "wilson"
    specificity: float = KEPT_SHARE
    sensitivity: float = KEPT_SHARE
    subgroups: dict[tuple[str, str, str], Subgroups] = field(default_factory=dict)
    images: dict[int, SessionCase] = field(default_factory=dict)
    _smooth: dict[str, SmoothCalibration | None] = field(default_factory=dict)
    _initial: dict[str, Assessment] = field(default_factory=dict)
    _ranked: dict[str, RankedScores] = field(default_factory=dict)

    @cached_property
    def threshold_free_metrics(self) -> ThresholdFree:
        """Return the metrics that do not depend on thresholds."""
        return threshold_free(self.subject.predictions, self.subject.exclusive, self.subject.ordered)

    @property
    def initial_assessment(self) -> Assessment:
        """Return all metrics at the system's own thresholds, cached for each kind of interval."""
        subject = self.subject
        if self.proportions not in self._initial:
            self._initial[self.proportions] = assess(
                subject.predictions,
                subject.thresholds,
                subject.exclusive,
                known=self.threshold_free_metrics,
                proportions=self.proportions,
            )
        return self._initial[self.proportions]

    @property
    def moved(self) -> tuple[str, ...]:
        """Return the labels whose threshold the reader has moved on these cases."""
        return tuple(label for label, value in self.thresholds.items() if value != self.own_threshold(label))

    @property
    def quantiles(self) -> tuple[float, ...] | None:
        """Return the card's quantiles of prediction sets by label, None where it does not have them all."""
        card = self.subject.card
        if card is None or not set(self.subject.labels) <= {label.name for label in card.labels}:
            return None
        return card.quantiles(self.subject.labels)

    @property
    def target_coverage(self) -> float | None:
        """Return the coverage that the card's prediction sets are meant to have, None where it has none."""
        card = self.subject.card
        return card.calibration.coverage if card and card.calibration else None

    def smooth(self, label: str) -> SmoothCalibration | None:
        """Return the label's smooth calibration curve, computed once; None where there is none."""
        if label not in self._smooth:
            self._smooth[label] = smooth_curve(self.subject.predictions, label)
        return self._smooth[label]

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
            proportions=self.proportions,
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
