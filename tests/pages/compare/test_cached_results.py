"""The key under which a comparison is cached."""

from dataclasses import replace

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
    ]
    assert len({key, *map(choice_key, changed)}) == 5
