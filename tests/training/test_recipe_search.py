"""Searches over a recipe, on images small enough for a test."""

import json

import pytest

from meddx.errors import Refused
from meddx.install.progress_report import SilentReport
from meddx.training import recipe_search
from meddx.training.cross_validation import cross_validate
from meddx.training.recipe import read_recipe
from meddx.training.recipe_search import search_recipe
from meddx.training.search_plan import SearchPlan, planned_trials
from tests.training.test_run_training import Killed, KillsInTheMiddleOfAnEpoch, workshop  # noqa: F401

FOLDS = 2
SEARCH = """
[values]
"fitting.learning_rate" = [0.01, 1e38]
"fitting.epochs" = [4]
"""


def written(folder, text, name="search.toml"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def searched(workshop, name, report=None, text=SEARCH):  # noqa: F811
    search = written(workshop, text, f"{name}.toml")
    return search_recipe(workshop / "small.toml", search, FOLDS, workshop / name, report or SilentReport())


@pytest.fixture(scope="module")
def straight(workshop):  # noqa: F811
    return searched(workshop, "runs-search")


def test_each_trial_gives_what_cross_validation_of_its_recipe_gives_and_one_that_diverges_is_last(
    workshop,  # noqa: F811
    straight,
):
    alone = cross_validate(workshop / "small.toml", FOLDS, workshop / "runs-alone", SilentReport())
    [expected] = [one for one in alone.spread if (one.label, one.metric) == (None, "auroc")]
    best, last = straight.trials
    assert (best.values, best.spread) == ({"fitting.learning_rate": 0.01, "fitting.epochs": 4}, expected)
    assert (last.values["fitting.learning_rate"], last.measured) == (1e38, False)
    assert straight.images == 48


def test_a_search_that_was_killed_goes_on_to_the_same_trials_and_leaves_no_checkpoint(workshop, straight):  # noqa: F811
    with pytest.raises(Killed):
        searched(workshop, "runs-search-killed", KillsInTheMiddleOfAnEpoch())
    assert list((workshop / "runs-search-killed").rglob("*.weights.h5"))
    assert json.dumps(searched(workshop, "runs-search-killed").trials, default=vars) == json.dumps(
        straight.trials, default=vars
    )
    assert not list((workshop / "runs-search-killed").rglob("*.weights.h5"))


def test_a_larger_search_trains_only_what_is_new(workshop, straight, monkeypatch):  # noqa: F811
    trained = []
    prepare = recipe_search.prepare_folds
    monkeypatch.setattr(
        recipe_search,
        "prepare_folds",
        lambda recipe, *more, **options: trained.append(recipe) or prepare(recipe, *more, **options),
    )
    found = searched(workshop, "runs-search", text=SEARCH.replace("[0.01, 1e38]", "[0.01, 0.003]"))
    assert [recipe.fitting.learning_rate for recipe in trained] == [0.003] * FOLDS
    assert straight.trials[0] in found.trials


def test_where_every_trial_diverges_there_is_no_best(workshop):  # noqa: F811
    with pytest.raises(Refused, match="No trial gave a number"):
        searched(workshop, "runs-search", text='[values]\n"fitting.learning_rate" = [1e38]\n"fitting.epochs" = [4]\n')


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ('"data.validation_fraction" = [0.1]', "cannot be searched"),
        ('"fitting.seed" = [1, 2]', "cannot be searched"),
        ('"fitting.learning_rate" = [0.1, -1]', "Trial 2"),
        ('"fitting.epochs.more" = [1]', "is no table"),
        ('"fitting.options.filters" = [[4, 8], [-4, 8]]', "cannot be built"),
        ('"fitting.epochs" = []', "at least 1 item"),
    ],
)
def test_what_cannot_be_tried_is_refused_before_anything_is_trained(workshop, values, reason):  # noqa: F811
    with pytest.raises(Refused, match=reason):
        searched(workshop, "runs-refused", text=f"[values]\n{values}\n")
    assert not (workshop / "runs-refused").exists()


def test_a_metric_that_is_not_measured_is_refused(workshop):  # noqa: F811
    with pytest.raises(Refused, match="metric must be one of auroc"):
        searched(workshop, "runs-refused", text='metric = "luck"\n[values]\n"fitting.epochs" = [1]\n')


def test_a_metric_of_other_labels_is_refused_before_anything_is_trained(workshop):  # noqa: F811
    with pytest.raises(Refused, match="rank by another metric"):
        searched(workshop, "runs-refused", text='metric = "quadratic kappa"\n[values]\n"fitting.epochs" = [1]\n')
    assert not (workshop / "runs-refused").exists()


def test_equal_recipes_are_one_trial(workshop):  # noqa: F811
    plan = SearchPlan(values={"fitting.learning_rate": [0.01, 1e-2], "fitting.epochs": [1, 2]})
    trials = planned_trials(workshop / "small.toml", plan)
    assert [trial.recipe.fitting.epochs for trial in trials] == [1, 2]


def test_combinations_are_all_or_as_many_as_asked_for_each_once():
    values = {"fitting.epochs": [1, 2, 3], "fitting.options.units": [8, 16]}
    every = SearchPlan(values=values).combinations()
    assert every[:3] == [
        {"fitting.epochs": 1, "fitting.options.units": 8},
        {"fitting.epochs": 1, "fitting.options.units": 16},
        {"fitting.epochs": 2, "fitting.options.units": 8},
    ]
    assert len({json.dumps(one) for one in every}) == len(every) == 6
    some = SearchPlan(values=values, trials=4, seed=3).combinations()
    assert len(some) == 4
    assert [one for one in every if one in some] == some
    assert SearchPlan(values=values, trials=4, seed=3).combinations() == some
    assert SearchPlan(values=values, trials=9).combinations() == every


def test_values_reach_the_recipe_and_nothing_else_changes(workshop):  # noqa: F811
    plan = SearchPlan(values={"fitting.augmentation.shift": [0.2], "fitting.options.filters": [[2, 4]]})
    [trial] = planned_trials(workshop / "small.toml", plan)
    before = read_recipe(workshop / "small.toml").model_dump()
    before["fitting"]["augmentation"]["shift"] = 0.2
    before["fitting"]["options"]["filters"] = [2, 4]
    assert trial.recipe.model_dump() == before
