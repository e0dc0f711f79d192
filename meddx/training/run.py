"""A training from its recipe to a model folder."""

from dataclasses import dataclass
from pathlib import Path

from meddx.errors import Refused
from meddx.evaluate.labelled_set import LabelledSet
from meddx.evaluate.metrics import Measured
from meddx.training.blocks import cut_blocks
from meddx.training.finish import Sets, write_curve, write_model_folder
from meddx.training.fitting import ONE_DEVICE, Fold, fit
from meddx.training.hardware import Hardware
from meddx.training.inputs import cached_inputs
from meddx.training.recipe import Blocks, Recipe, read_recipe, read_source
from meddx.training.report import Report
from meddx.training.sources import Source
from meddx.training.split import hold_out_patients


@dataclass(frozen=True)
class Trained:
    """folder: the new model's; epochs run and the one whose weights were kept; measured: on the test set."""

    folder: Path
    epochs: int
    best_epoch: int
    measured: list[Measured]


def train(recipe_path: Path, models: Path, runs: Path, report: Report, hardware: Hardware = ONE_DEVICE) -> Trained:
    """Carry out the recipe: `models`/<id>/ is its result, `runs`/<id>/ its checkpoint and cache.

    Started again after a kill it goes on after the last whole epoch and ends with the same numbers.
    """
    recipe = read_recipe(recipe_path)
    sets = read_sets(recipe, recipe_path.parent)
    report.say(f"{len(sets.train)} films to train on, {len(sets.validation)} to validate, {len(sets.test)} to test.")
    run = runs / recipe.id
    run.mkdir(parents=True, exist_ok=True)
    inputs = []
    for name, films in (("training", sets.train), ("validation", sets.validation)):
        with report.stage(f"reading {name} films", len(films)) as done:
            inputs.append(cached_inputs(films, recipe.input, runs / "inputs", done))
    fold = Fold(inputs[0], sets.train.targets(), inputs[1], sets.validation.targets())
    model, progress = fit(recipe, fold, run, recipe_path.parent, report, hardware=hardware)
    folder = models / recipe.id
    measured = write_model_folder(model, recipe, sets, folder, recipe_name=recipe_path.name, report=report)
    write_curve(folder, progress.curve)
    return Trained(folder, progress.epochs, progress.best_epoch, measured)


def read_sets(recipe: Recipe, recipe_folder: Path) -> Sets:
    """The recipe's sets, patients for validation taken out of training where it names no validation set.

    Raises Refused when a set lacks films with or without some label: nothing could be learned or chosen from it.
    """
    data = recipe.data

    def read(source: Source) -> LabelledSet:
        return read_source(source, recipe.label_names, recipe_folder)

    train = read(data.train)
    if isinstance(data.test, Blocks):
        sets = Sets(*cut_blocks(train, data.test))
    elif data.validation is not None:
        sets = Sets(train, read(data.validation), read(data.test))
    else:
        rows, held_out = hold_out_patients(train, data.validation_fraction, recipe.fitting.seed)
        sets = Sets(train.subset(rows), train.subset(held_out), read(data.test))
    for name, films in (("training", sets.train), ("validation", sets.validation), ("test", sets.test)):
        _check(name, films)
    return sets


def _check(name: str, films: LabelledSet) -> None:
    if not films.cases:
        raise Refused("empty-set", f"The {name} set has no films; correct its source in the recipe.")
    counts = films.targets().sum(axis=0)
    for label, count in zip(films.labels, counts, strict=True):
        if count in (0, len(films)):
            raise Refused("one-sided-label", f"The {name} set needs films with and without {label!r}; it has one kind.")
