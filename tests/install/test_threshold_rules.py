import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meddx.errors import Refused
from meddx.install.threshold_rules import parse_threshold_rule

SCORES = np.array([0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9])
POSITIVE = np.array([0, 0, 1, 0, 1, 0, 1, 1], bool)


@pytest.mark.parametrize(
    ("text", "threshold", "words"),
    [
        ("youden", 0.5, "highest Youden index"),
        ("sensitivity 1", 0.25, "highest specificity at a sensitivity of at least 1"),
        ("Sensitivity >= 0.75", 0.5, "at least 0.75"),
        ("sensitivity .5", 0.75, "at least 0.5"),
        ("specificity>=1.0", 0.75, "highest sensitivity at a specificity of at least 1"),
        ("specificity 0.75", 0.5, "at least 0.75"),
        ("cost 10", 0.25, "a missed case costs 10 false alarms"),
        ("cost 0.1", 0.75, "a missed case costs 0.1 false alarms"),
    ],
)
def test_the_threshold_by_hand(text, threshold, words):
    rule = parse_threshold_rule(text)
    assert rule.threshold(SCORES, POSITIVE) == pytest.approx(threshold)
    assert words in rule.text


@pytest.mark.parametrize("text", ["", "best", "sensitivity", "sensitivity 95", "specificity 1.5", "cost 0", "cost -1"])
def test_what_is_no_rule_is_refused(text):
    with pytest.raises(Refused):
        parse_threshold_rule(text)


def test_a_specificity_that_no_threshold_reaches_gives_none():
    scores, positive = np.array([0.2, 1.0, 1.0]), np.array([True, False, True])
    assert parse_threshold_rule("specificity 0.9").threshold(scores, positive) is None


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=2), st.sampled_from([0.5, 0.8, 0.95, 1.0]))
def test_the_least_that_is_asked_for_is_kept(cases, least):
    scores, positive = np.array([p for p, _ in cases]), np.array([true for _, true in cases])
    if positive.all() or not positive.any():
        return
    at = parse_threshold_rule(f"sensitivity {least}").threshold(scores, positive)
    assert (scores[positive] >= at).mean() >= least - 1e-12
    at = parse_threshold_rule(f"specificity {least}").threshold(scores, positive)
    if at is not None:
        assert (scores[~positive] < at).mean() >= least - 1e-12
