"""The paired table and its sentences."""

import re
from dataclasses import replace

from meddx.evaluate import metric_registry
from meddx.evaluate.paired.comparison import compare
from pages.ui.compare import cached_results, paired_table


def test_consensus_is_one_more_column_and_dropped_cases_are_told(choice):
    aligned = cached_results.aligned_systems(choice)
    assert [one.id for one in aligned.systems] == ["one", "other", "consensus-mean", "consensus-majority"]
    assert (
        paired_table.case_counts_text(aligned)
        == "20 common cases; 4 dropped because not all systems were tested on them (one: 4)."
    )
    comparison = compare(cached_results.aligned_systems(choice), labels=["ill"])
    assert len({(one.a, one.b) for one in comparison.differences}) == 6
    told = paired_table.summary_html(comparison.of("one", "other", "ill")["auroc"], comparison, (), {"ill": "Ill"})
    assert "after Holm&#x27;s correction for 6 pairs" in told


def test_every_number_of_the_table_has_an_interval_and_n(choice):
    comparison = compare(cached_results.aligned_systems(choice), labels=["ill"])
    both = cached_results.aligned_systems(choice).systems[:2]
    found = comparison.of("one", "other", "ill")
    html = paired_table.paired_table(
        found, both, [cached_results.assessed_system(choice, one.id) for one in both], several=True
    )
    rows = html.split("<tr>")[2:]
    assert len(rows) == len(found)
    assert all(" to " in row or "no interval" in row for row in rows)
    assert all(re.search(r"<td>\d+</td>", row) for row in rows)


def test_the_sensitivity_at_a_specificity_has_a_title_of_its_own():
    assert metric_registry.title("recall at specificity 0.9") == "Sensitivity at specificity 0.9"
    assert metric_registry.title("auroc") == "AUROC"


def test_a_row_whose_test_and_interval_disagree_is_marked(choice):
    comparison = compare(cached_results.aligned_systems(choice), labels=["ill"])
    both = cached_results.aligned_systems(choice).systems[:2]
    one = comparison.of("one", "other", "ill")["auroc"]
    for low, high, p, marks in ((-0.01, 0.1, 0.01, 1), (0.01, 0.1, 0.2, 1), (0.01, 0.1, 0.01, 0)):
        found = {"auroc": replace(one, low=low, high=high, p=p)}
        own = [cached_results.assessed_system(choice, system.id) for system in both]
        assert (
            paired_table.paired_table(found, both, own, several=False).count("test and interval disagree</span>")
            == marks
        )
        assert len(paired_table.disagreement_sentences(found)) == marks


def test_why_they_disagree_is_said_once_for_all_metrics_of_one_reason(choice):
    comparison = compare(cached_results.aligned_systems(choice), labels=["ill"])
    one = comparison.of("one", "other", "ill")["auroc"]
    names = ("auroc", "recall", "specificity")
    tests = ("DeLong, paired", "McNemar, mid-p, over patients", "McNemar, exact")
    found = {
        name: replace(
            one, metric=name, low=0.01 if "exact" in test else -0.01, p=0.2 if "exact" in test else 0.01, test=test
        )
        for name, test in zip(names, tests, strict=True)
    }
    wider, strict = paired_table.disagreement_sentences(found)
    assert wider.startswith("AUROC, Sensitivity (recall): test and interval disagree. The p-value judges")
    assert strict.startswith("Specificity: test and interval disagree. ")


def test_a_limit_beside_0_is_not_drawn_as_0(choice):
    comparison = compare(cached_results.aligned_systems(choice), labels=["ill"])
    both = cached_results.aligned_systems(choice).systems[:2]
    one = replace(comparison.of("one", "other", "ill")["auroc"], low=0.00004, high=0.02, p=0.02)
    own = [cached_results.assessed_system(choice, system.id) for system in both]
    assert "+0.00004 to +0.020" in paired_table.paired_table({"auroc": one}, both, own, several=False)
