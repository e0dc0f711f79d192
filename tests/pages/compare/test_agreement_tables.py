"""Agreement by subgroup, with the systems' own names."""

from dataclasses import replace

from pages.ui.compare import cached_results
from pages.ui.compare.agreement_tables import fleiss_sentence, subgroup_agreement


def test_the_columns_name_the_systems_and_small_groups_are_marked(choice):
    aligned = cached_results.aligned_systems(choice)
    a, b = aligned.systems[:2]
    html = subgroup_agreement(aligned, (replace(a, title="<i>A"), b), None, {"ill": "Ill", "normal": "Normal"})
    assert "Only &lt;i&gt;A" in html
    assert f"Only {b.title}" in html
    assert "True label: Ill" in html
    assert "few cases" in html


def test_fleiss_needs_more_than_two_systems(choice):
    third = replace(choice.systems[0], id="third", title="Third")
    three = cached_results.aligned_systems(replace(choice, systems=(*choice.systems, third)))
    assert "Fleiss' kappa of all systems" in fleiss_sentence(three, None)
    two = cached_results.aligned_systems(replace(choice, mean=False, majority=False))
    assert fleiss_sentence(two, None) == ""
