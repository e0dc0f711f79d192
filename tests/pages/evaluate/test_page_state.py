"""Thresholds that the reader moves, and the selection of cases."""

import pytest
import streamlit as st

from pages.ui.evaluate.page_state import SelectedCases, page_state
from tests.pages.evaluate.states import state


def test_a_moved_threshold_changes_the_current_metrics_and_not_the_initial_ones():
    of = state()
    of.thresholds["ILL"] = 0.25
    assert (of.threshold("ILL"), of.own_threshold("ILL"), of.threshold("WELL")) == (0.25, 0.5, 0.5)
    assert of.initial_assessment.per_label["ILL"]["specificity"].value == 0.5
    assert of.current_assessment().per_label["ILL"]["specificity"].value == 0.0


def test_ppv_follows_the_prevalence():
    # Sensitivity 1/3 and specificity 1/2 at a prevalence of 0.2: PPV = 0.2/3 / (0.2/3 + 0.8/2).
    value = state().current_assessment(0.2).per_label["ILL"]["precision at prevalence"].value
    assert value == pytest.approx((0.2 / 3) / (0.2 / 3 + 0.4))


def test_a_selection_is_kept_until_it_is_reset():
    of = state()
    cases = SelectedCases("some", None)
    of.select(cases)
    assert (of.selected, of.selection_changed) == (cases, True)
    of.select(None)
    assert of.selected is None


def test_scores_are_sorted_once():
    of = state()
    assert of.ranked("ILL") is of.ranked("ILL")


def test_the_state_is_kept_while_the_numbers_are_the_same_and_its_texts_follow_the_system(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})
    first = page_state(state().subject)
    assert page_state(state(titles={"ILL": "Diseased", "WELL": "Well"}).subject) is first
    assert first.subject.titles["ILL"] == "Diseased"
    moved = page_state(state(thresholds=(0.4, 0.5)).subject)
    assert moved is not first
    assert moved.own_threshold("ILL") == 0.4
