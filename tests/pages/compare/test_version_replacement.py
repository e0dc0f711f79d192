"""Sensitivity and specificity where a threshold stays behind."""

from dataclasses import replace

from meddx.evaluate.paired.version_replacement import probability_shift
from pages.ui.compare import cached_results, version_replacement


def test_the_new_system_is_shown_at_both_thresholds_and_titles_are_escaped(choice):
    aligned = cached_results.aligned_systems(replace(choice, mean=False, majority=False))
    old, new = replace(aligned.systems[0], title="<i>Old"), replace(aligned.systems[1], thresholds=(0.3, 0.7))
    html = version_replacement.threshold_table(probability_shift(old, new, 1), old, new)
    assert "&lt;i&gt;Old, own threshold" in html
    assert f"{new.title}, threshold of &lt;i&gt;Old" in html
    assert html.count("<tr>") == 4


def test_a_matched_threshold_needs_common_validation_cases_and_has_an_interval(choice):
    aligned = cached_results.aligned_systems(replace(choice, mean=False, majority=False))
    old, new = aligned.systems
    assert version_replacement.matched_threshold_sentence(None, old, new, "ill").startswith("No matched threshold")
    sentence = version_replacement.matched_threshold_sentence(aligned, old, new, "ill")
    assert sentence.startswith(f"Matched threshold for {new.title}: 0.")
    assert "On the 20 validation cases it gives the sensitivity of" in sentence
