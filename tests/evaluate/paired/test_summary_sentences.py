"""What may be quoted, who is discordant, and agreement in subgroups."""

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest

import meddx.evaluate.paired as package
from meddx.errors import Refused
from meddx.evaluate.paired.agreement import agreement
from meddx.evaluate.paired.alignment import align
from meddx.evaluate.paired.comparison import compare
from meddx.evaluate.paired.difference import SAME_RANKING, PairedDifference
from meddx.evaluate.paired.discordant_cases import discordant_cases
from meddx.evaluate.paired.non_inferiority import non_inferiority
from meddx.evaluate.paired.summary_sentences import (
    difference_sentence,
    disagreement_sentence,
    margin_sentence,
    p_value_text,
)
from tests.evaluate.paired.systems import system

TITLES = {"a": "Model A", "b": "Model B"}
T = [[1, 0], [0, 1], [1, 0], [0, 1]]
SEX = {"sex": ("F", "M", "F", None)}


def difference(first, second, low, high, p, *, metric="auroc", fewest=40):
    return PairedDifference("a", "b", metric, "pneumonia", first, second, low, high, p, "DeLong, paired", 100, fewest)


@pytest.fixture
def pair():
    """Case 1: only A is right and B is sure; 2: only B, and A is not sure."""
    a = [[0.9, 0.1], [0.2, 0.8], [0.4, 0.6], [0.1, 0.9]]
    b = [[0.8, 0.2], [0.95, 0.05], [0.7, 0.3], [0.2, 0.8]]
    made = [
        system(n, p, T, exclusive=True, labels=["normal", "pneumonia"], attributes=SEX)
        for n, p in zip("ab", (a, b), strict=True)
    ]
    return align(made)


def test_a_difference_beyond_chance_names_the_better_one():
    told = difference_sentence(difference(0.95, 0.9, 0.02, 0.08, 0.0004), TITLES, cases=100, patients=60, compared=1)
    assert "100 cases of 60 patients" in told
    assert "0.950 for Model A and 0.900 for Model B" in told
    assert "+0.050 (95 % interval +0.020 to +0.080; DeLong, paired, p < .001)" in told
    assert "Model A did better" in told


def test_what_one_network_cannot_change_is_said_and_not_tested():
    same = replace(difference(0.93, 0.93, 0.0, 0.0, math.nan), test=SAME_RANKING)
    told = difference_sentence(same, TITLES, cases=70, patients=70, compared=1)
    assert "It cannot differ: both are one network" in told
    assert "which is better" not in told


def test_lower_is_better_for_losses():
    told = difference_sentence(
        difference(0.2, 0.1, 0.05, 0.15, 0.001, metric="brier"), TITLES, cases=9, patients=9, compared=1
    )
    assert "Model B did better" in told


def test_no_difference_shown_is_not_no_difference():
    told = difference_sentence(difference(0.95, 0.94, -0.01, 0.03, 0.3), TITLES, cases=100, patients=100, compared=1)
    assert "do not show which is better" in told
    assert "patients" not in told


def test_the_corrected_p_decides_among_several_pairs():
    one = PairedDifference(
        "a", "b", "auroc", None, 0.95, 0.94, 0.001, 0.02, 0.03, "DeLong, paired", 100, 40, p_adjusted=0.09
    )
    told = difference_sentence(one, TITLES, cases=100, patients=100, compared=3)
    assert "p = .090 after Holm's correction for 3 pairs" in told
    assert "do not show which is better" in told


def test_where_test_and_interval_disagree_neither_is_called_better():
    one = difference(0.959, 0.937, -0.003, 0.052, 0.0004)
    told = difference_sentence(one, TITLES, cases=100, patients=100, compared=1)
    assert "p < .001" in told
    assert "do not settle which is better" in told
    assert "did better" not in told


def test_they_disagree_where_only_one_of_them_shows_a_difference():
    for low, high, p, disagree in (
        (-0.003, 0.052, 0.0004, True),
        (0.001, 0.05, 0.07, True),
        (0.001, 0.05, 0.03, False),
        (-0.01, 0.05, 0.07, False),
        (math.nan, math.nan, 0.01, False),
        (-0.01, 0.05, math.nan, False),
    ):
        one = difference(0.959, 0.937, low, high, p)
        assert one.unsettled == disagree
        told = difference_sentence(one, TITLES, cases=100, patients=100, compared=1)
        assert ("do not settle" in told) == disagree


@pytest.mark.parametrize(
    ("test", "low", "high", "p", "why"),
    [
        ("DeLong, paired, over patients (Obuchowski)", -0.003, 0.052, 0.0004, "so it is wider"),
        ("McNemar, mid-p, over patients", -0.003, 0.052, 0.04, "so it is wider"),
        ("McNemar, exact", 0.002, 0.019, 0.06, "errs to the large side"),
        ("McNemar, mid-p", 0.002, 0.019, 0.06, "where the evidence lies just at the limit"),
        ("McNemar, mid-p", -0.001, 0.019, 0.04, "where the evidence lies just at the limit"),
    ],
)
def test_why_test_and_interval_disagree_is_said_of_that_test(test, low, high, p, why):
    one = replace(difference(0.959, 0.937, low, high, p), test=test)
    told = difference_sentence(one, TITLES, cases=100, patients=100, compared=1)
    assert why in told
    assert disagreement_sentence(one) in told


def test_tests_with_an_interval_of_their_own_agree_with_it(pair):
    """Bootstrap, paired t and swaps: only those whose interval is of another method may disagree."""
    own = [one for one in compare(pair).differences if not one.test.startswith(("DeLong", "McNemar"))]
    assert {one.metric for one in own} >= {"brier", "f1"}
    assert not any(one.unsettled for one in own)


def test_an_interval_of_one_pair_and_a_p_value_of_all_pairs_are_told_apart():
    one = replace(difference(0.95, 0.94, 0.001, 0.02, 0.03), p_adjusted=0.09)
    told = difference_sentence(one, TITLES, cases=100, patients=100, compared=3)
    assert "The interval is of this pair alone" in told
    assert "within the interval is plausible" not in told
    alone = difference_sentence(replace(one, low=-0.001), TITLES, cases=100, patients=100, compared=3)
    assert "within the interval is plausible" in alone
    assert "do not settle" not in alone


def test_a_limit_beside_0_is_not_written_as_0():
    told = difference_sentence(difference(0.95, 0.94, 0.00004, 0.02, 0.02), TITLES, cases=9, patients=9, compared=1)
    assert "95 % interval +0.00004 to +0.020" in told


def test_margins_both_ways():
    forth, back = non_inferiority(difference(0.95, 0.94, -0.01, 0.03, 0.3), 0.02)
    assert (forth.shown, back.shown) == (True, False)
    assert margin_sentence(forth, TITLES) == (
        "Model A is non-inferior to Model B at a margin of 0.02: it loses at most 0.010."
    )
    assert margin_sentence(back, TITLES) == (
        "Model B is not shown to be non-inferior to Model A at a margin of 0.02: it may lose up to 0.030."
    )
    with pytest.raises(Refused, match="above 0"):
        non_inferiority(difference(0.95, 0.94, -0.01, 0.03, 0.3), 0)


def test_no_verdict_from_too_few_or_without_an_interval():
    few, enough = (difference(0.95, 0.95, -0.001, 0.001, 1.0, fewest=n) for n in (29, 30))
    assert [one.shown for one in non_inferiority(enough, 0.02)] == [True, True]
    for one in non_inferiority(few, 0.02):
        assert not one.shown
        assert not one.assessable
        told = margin_sentence(one, TITLES)
        assert "not assessable: only 29 patients of the rarest kind were counted, and fewer than 30" in told
    nothing = non_inferiority(difference(1.0, 1.0, float("nan"), float("nan"), 1.0), 0.02)[0]
    assert (nothing.shown, nothing.assessable) == (False, False)
    assert "do not allow an interval" in margin_sentence(nothing, TITLES)


def test_p_values_as_papers_print_them():
    found = [p_value_text(p) for p in (0.0123, 0.00001, float("nan"), 1.0)]
    assert found == ["p = .012", "p < .001", "no p-value", "p = 1.000"]
    assert p_value_text(0.0499) == "p = .0499"  # .050 would hide on which side it lies


def test_discordant_cases_with_the_surest_first(pair):
    found = discordant_cases(pair, "a", "b")
    assert [(one.case, one.a_is_right) for one in found] == [("c1", True), ("c2", False)]
    assert (found[0].called_b, found[0].sure_b, found[0].truth) == ("normal", 0.95, "pneumonia")


def test_discordant_about_one_label(pair):
    found = discordant_cases(pair, "a", "b", "pneumonia")
    assert (found[0].called_a, found[0].called_b) == ("pneumonia", "no pneumonia")
    assert found[0].sure_b == pytest.approx(0.95)


def test_agreement_over_all_by_truth_and_by_what_is_known(pair):
    found = {(one.attribute, one.value): one for one in agreement(pair, "a", "b")}
    everyone = found["all cases", ""]
    assert (everyone.n, everyone.both_right, everyone.only_a, everyone.only_b, everyone.both_wrong) == (4, 2, 1, 1, 0)
    assert everyone.same.value == 0.5
    assert (found["sex", "F"].n, found["sex", "F"].only_b) == (2, 1)
    assert found["true label", "pneumonia"].only_a == 1
    assert ("sex", "None") not in found


def test_the_word_is_never_used():
    word = re.compile("signifi" + "can", re.IGNORECASE)
    for path in Path(package.__file__).parent.glob("*.py"):
        assert not word.search(path.read_text()), path.name
