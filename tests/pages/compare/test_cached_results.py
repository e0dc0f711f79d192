"""The key under which a comparison is cached."""

from dataclasses import replace

from pages.ui.compare import available_systems
from pages.ui.compare.cached_results import choice_key


def test_what_changes_a_result_changes_the_key(choice):
    one, other = choice.systems
    key = choice_key(choice)
    assert key == choice_key(replace(choice, systems=(replace(one), other)))
    changed = [
        replace(choice, mean=False),
        replace(choice, systems=(other, one)),
        replace(choice, systems=(replace(one, thresholds=(0.5, 0.4)), other)),
        replace(choice, systems=(replace(one, predictions=one.predictions.subset(range(23))), other)),
        replace(choice, systems=(replace(one, exclusive=False), other)),
        replace(choice, systems=(replace(one, scored=False), other)),
    ]
    assert len({key, *map(choice_key, changed)}) == 7


def test_validation_cases_that_the_thresholds_of_a_mean_are_chosen_on_belong_to_the_key(choice, monkeypatch):
    key = choice_key(choice)
    other = choice.systems[0]
    monkeypatch.setattr(available_systems, "validation_of", lambda system: other)
    with_validation = choice_key(choice)
    other = replace(other, predictions=other.predictions.subset(range(20)))
    assert len({key, with_validation, choice_key(choice)}) == 3
