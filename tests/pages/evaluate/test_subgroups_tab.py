"""Groups of cases, worst first, with the test of their difference."""

import math
from dataclasses import replace

from meddx.evaluate.subgroups import subgroups
from pages.ui.evaluate import subgroups_tab
from tests.pages.evaluate.states import state


def groups(metric="accuracy"):
    of = state()
    subject = of.subject
    return of, subgroups(subject.predictions, "sex", subject.thresholds, subject.exclusive, metric=metric, label="ILL")


def test_the_table_has_a_row_for_each_group_and_escapes_titles():
    _, found = groups()
    html = subgroups_tab.subgroups_table(found, "<b>Ill</b>")
    assert "Accuracy for &lt;b&gt;Ill&lt;/b&gt; by sex, worst first" in html
    assert html.count("<tr>") == 1 + len(found.groups) == 3


def test_errors_of_a_group_are_those_of_its_cases():
    of, found = groups()
    female = next(group for group in found.groups if group.value == "F")
    cases = subgroups_tab.subgroup_errors(of, female, "sex")
    assert (cases.title, list(cases.rows)) == ("Errors where sex is F", [4, 2])


def test_the_p_value_comes_with_its_caution_and_without_one_the_groups_are_too_small():
    _, found = groups()
    found = replace(found, p=0.012, p_adjusted=0.036)
    alone = subgroups_tab.heterogeneity_sentence(found, 1)
    assert "p = .012 (permutation over patients). " in alone
    assert "adjusted" not in alone
    third = subgroups_tab.heterogeneity_sentence(found, 3)
    assert "p = .012 (permutation over patients), p = .036 adjusted (Holm) for the 3 looked at here." in third
    assert subgroups_tab.heterogeneity_sentence(replace(found, p=math.nan), 1).startswith("Too few groups")
