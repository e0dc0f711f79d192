"""Cross-validation, and a search over a recipe, whose folds are trained by the nodes of a cluster."""

import pytest

from meddx.cluster.connection import cluster_at
from meddx.install.progress_report import SilentReport
from meddx.training.cross_validation import cross_validate
from meddx.training.recipe_search import search_recipe
from tests.training.test_run_training import workshop  # noqa: F401

pytestmark = pytest.mark.slow


def test_the_folds_are_those_of_one_machine_to_the_last_bit(workshop, address):  # noqa: F811
    here = cross_validate(workshop / "small.toml", 3, workshop / "runs-here", SilentReport())
    there = cross_validate(
        workshop / "small.toml", 3, workshop / "runs-there", SilentReport(), cluster=cluster_at(address)
    )
    assert there == here


def test_the_trials_of_a_search_are_those_of_one_machine_to_the_last_bit(workshop, address):  # noqa: F811
    search = workshop / "search.toml"
    search.write_text('[values]\n"fitting.learning_rate" = [0.01, 0.003]\n', encoding="utf-8")
    here = search_recipe(workshop / "small.toml", search, 2, workshop / "search-here", SilentReport())
    cluster = cluster_at(address)
    there = search_recipe(
        workshop / "small.toml", search, 2, workshop / "search-there", SilentReport(), cluster=cluster
    )
    assert there == here
