"""Define and read searches over a recipe: one TOML file with values to try for its keys."""

import random
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from meddx.errors import Refused, field_faults
from meddx.evaluate import metric_registry
from meddx.training.recipe import Recipe, read_toml, recipe_of

SEARCHED = ("fitting.", "input.")
"""Beginnings of the keys that may be searched: how the network learns and what it sees, not what it is measured on."""
_SEED = "fitting.seed"


class SearchPlan(BaseModel):
    """What to try, as in one TOML file.

    values: key of the recipe, with dots between tables -> the values to try. trials: the most combinations that are
    tried, drawn by `seed`; without it, all of them. metric: by which trials are ranked, over all labels.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    values: Annotated[dict[str, Annotated[list[Any], Field(min_length=1)]], Field(min_length=1)]
    metric: str = "auroc"
    trials: Annotated[int, Field(gt=1)] | None = None
    seed: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _known(self) -> Self:
        for key in self.values:
            if not key.startswith(SEARCHED) or key == _SEED:
                raise ValueError(
                    f"{key!r:.60} cannot be searched: give keys of fitting or input, and not {_SEED}, which deals the "
                    "folds"
                )
        if self.metric not in metric_registry.headline("overall"):
            raise ValueError(f"metric must be one of {', '.join(metric_registry.headline('overall'))}")
        return self

    def combinations(self) -> list[dict[str, Any]]:
        """Return the values to try together, by key, the last key's changing first."""
        choices = list(self.values.values())
        count = prod(map(len, choices))
        numbers: Sequence[int] = range(count)
        if self.trials is not None and self.trials < count:
            numbers = sorted(random.Random(self.seed).sample(numbers, self.trials))
        return [dict(zip(self.values, _combination(choices, number), strict=True)) for number in numbers]


@dataclass(frozen=True)
class Trial:
    """A recipe to try. values: what it has instead of the recipe's own, by key."""

    values: dict[str, Any]
    recipe: Recipe


def read_plan(path: Path) -> SearchPlan:
    """Return the search in the TOML file. Raises Refused naming the field and the rule."""
    try:
        return SearchPlan.model_validate(read_toml(path))
    except ValidationError as error:
        raise Refused("invalid-search", f"{path.name}: {field_faults(error)}; correct it.") from error


def planned_trials(recipe_path: Path, plan: SearchPlan) -> list[Trial]:
    """Return the recipes to try, equal ones once.

    Raises Refused for the first that is no recipe, and for a metric that they do not have, before anything is trained.
    """
    content = read_toml(recipe_path)
    trials: list[Trial] = []
    for number, values in enumerate(plan.combinations(), start=1):
        changed = deepcopy(content)
        for key, value in values.items():
            *tables, name = key.split(".")
            table = changed
            for one in tables:
                table = table.setdefault(one, {})
                if not isinstance(table, dict):
                    reason = f"The search names {key}, but {one} of the recipe is no table: name one of its values."
                    raise Refused("invalid-search", reason)
            table[name] = value
        trial = Trial(values, recipe_of(changed, f"Trial {number} of {recipe_path.name}"))
        if all(trial.recipe != other.recipe for other in trials):
            trials.append(trial)
    recipe = trials[0].recipe
    if plan.metric == "quadratic kappa" and not (recipe.exclusive and recipe.ordered):
        reason = "Quadratic kappa takes labels that exclude each other and have an order: rank by another metric."
        raise Refused("invalid-search", reason)
    return trials


def _combination(choices: list[list[Any]], number: int) -> list[Any]:
    """Return the combination of this number, from 0, the last choice changing first."""
    values = []
    for options in reversed(choices):
        number, place = divmod(number, len(options))
        values.append(options[place])
    return values[::-1]
