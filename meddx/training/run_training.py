"""Train a model from a recipe and write its model folder."""

from dataclasses import dataclass
from pathlib import Path

from meddx.evaluate.card_metrics import Measured
from meddx.evaluate.label_leaks import label_leaks
from meddx.install.new_folder import changed_folder, new_folder
from meddx.install.progress_report import StageReport
from meddx.training.baselines import Baseline, train_baselines, with_records
from meddx.training.box_supervision import boxes_in_inputs
from meddx.training.cached_inputs import cached_inputs
from meddx.training.hardware import Hardware
from meddx.training.model_folder import write_curve, write_model_folder
from meddx.training.recipe import read_recipe
from meddx.training.record_training import check_columns
from meddx.training.summed_parts import fit_sum
from meddx.training.training_loop import ONE_DEVICE, Fold, fit


@dataclass(frozen=True)
class TrainingResult:
    """The result of a training.

    folder: the new model's; epochs run and the one whose weights were kept; measured: on the test set.
    baselines: of a recipe with a record or a note, what its parts reach alone on the same test set. warnings: fields
    that give the label away, one sentence each.
    """

    folder: Path
    epochs: int
    best_epoch: int
    measured: list[Measured]
    baselines: tuple[Baseline, ...] = ()
    warnings: tuple[str, ...] = ()


def train(
    recipe_path: Path, models: Path, runs: Path, report: StageReport, hardware: Hardware = ONE_DEVICE
) -> TrainingResult:
    """Train the recipe's model, write it to `models`/<id>/ and return the result.

    `runs`/<id>/ holds the checkpoint, `runs`/inputs/ the cached inputs. Started again after a kill it goes on after the
    last whole epoch and ends with the same numbers.
    """
    recipe = read_recipe(recipe_path)
    sets = recipe.sets(recipe_path.parent)
    report.say(f"{len(sets.train)} images to train on, {len(sets.validation)} to validate, {len(sets.test)} to test.")
    run = runs / recipe.id
    run.mkdir(parents=True, exist_ok=True)
    inputs = []
    for name, images in (("training", sets.train), ("validation", sets.validation)):
        with report.stage(f"reading {name} images", len(images)) as done:
            inputs.append(cached_inputs(images, recipe.input, runs / "inputs", done))
    boxes = boxes_in_inputs(sets.train, recipe.input) if recipe.fitting.box_weight else None
    fold = Fold(inputs[0], sets.train.targets(), inputs[1], sets.validation.targets(), boxes)
    warnings: tuple[str, ...] = ()
    if len(recipe.parts) > 1:
        check_columns(recipe, sets.train)
        warnings = tuple(leak.sentence for leak in label_leaks(recipe.fields, sets.train) if leak.gives_away)
        for sentence in warnings:
            report.say(f"WARNING: {sentence}")
        fold = with_records(recipe, sets, fold)
    if len(recipe.parts) > 1 and recipe.fitting.fusion.join == "sum":
        model, progress = fit_sum(recipe, fold, run, recipe_path.parent, report)
    else:
        model, progress = fit(recipe, fold, run, recipe_path.parent, report, hardware=hardware)
    opened = changed_folder if (models / recipe.id).exists() else new_folder
    with opened(models, recipe.id) as folder:
        measured = write_model_folder(
            model,
            recipe,
            sets,
            folder,
            recipe_name=recipe_path.name,
            report=report,
            vocabulary=fold.vocabulary,
            warnings=warnings,
        )
        write_curve(folder, progress.curve)
        baselines: tuple[Baseline, ...] = ()
        if len(recipe.parts) > 1:
            with report.stage("reading test images", len(sets.test)) as done:
                test = cached_inputs(sets.test, recipe.input, runs / "inputs", done)
            baselines = train_baselines(
                recipe, recipe_path.parent, sets, fold, test, folder=folder, run=run, report=report
            )
    return TrainingResult(models / recipe.id, progress.epochs, progress.best_epoch, measured, baselines, warnings)
