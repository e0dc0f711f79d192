"""Run `meddx explain-check`: measure how well a model's heat maps locate findings and explain its predictions."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from meddx.commands.class_map import add_map_option, class_map
from meddx.config import models_dir
from meddx.errors import MeddxError
from meddx.evaluate.map_evaluation.measures import MEASURES
from meddx.explain.methods import METHODS
from meddx.model.registry import find_model
from meddx.whole_file import whole_file

if TYPE_CHECKING:  # TensorFlow and scipy load only when the command runs
    from meddx.explain.map_record import MapRecord

HELP = "measure how far a model's heat maps can be relied on, and recommend one method"
SLOW_METHOD_IMAGES, HIDDEN_IMAGES, FEW_IMAGES = 24, 60, 24
"""Images for slow methods, for hiding parts of images, and for shuffling weights, unless asked."""
USER_SET = "a set brought for this check, no patient in both"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `meddx explain-check`."""
    parser.add_argument(
        "--model", required=True, metavar="ID", help="of an installed model; its folder gets the record"
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="PATH",
        help="a labelled set, a CSV with a column box or mask for where findings lie; default: the recipe's images",
    )
    parser.add_argument(
        "--keep", action="store_true", help="with --data: that model's Explain page and default go by these images"
    )
    add_map_option(parser)
    parser.add_argument("--methods", metavar="A,B", help=f"default: all, {', '.join(METHODS)}")
    parser.add_argument(
        "--images", type=int, metavar="N", help="at most so many images of each half or set (default: all)"
    )
    parser.add_argument(
        "--slow-images",
        type=int,
        default=SLOW_METHOD_IMAGES,
        metavar="N",
        help="for slow methods (default: %(default)s)",
    )
    parser.add_argument(
        "--hide-images",
        type=int,
        default=HIDDEN_IMAGES,
        metavar="N",
        help="for hiding parts of images (default: %(default)s)",
    )
    parser.add_argument(
        "--shuffle-images",
        type=int,
        default=FEW_IMAGES,
        metavar="N",
        help="for shuffling weights and for the quick check (default: %(default)s)",
    )
    parser.add_argument(
        "--passing",
        action="store_true",
        help="measure only how many maps pass the quick check, by the record's methods or those of --methods, after "
        "setting its limits where findings are marked, and put that into the record",
    )
    parser.add_argument("--seed", type=int, default=0, help="draws the images where not all are taken")
    parser.add_argument("--recipe", type=Path, metavar="CONFIG.toml", help="names the images; default: the card's")
    parser.add_argument("--models", type=Path, metavar="DIR", help="folder of models (default: models/)")
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")


def run(arguments: argparse.Namespace) -> int:
    """Print the measures of the explanation methods and return 0.

    Also writes models/<id>/explanations.toml, where the images are the model's own or --keep is given.
    """
    methods = list(METHODS) if arguments.methods is None else arguments.methods.split(",")
    if unknown := [name for name in methods if name not in METHODS]:
        raise MeddxError(f"there is no method {unknown[0]!r}; there are {', '.join(METHODS)}")
    counts = (arguments.slow_images, arguments.hide_images, arguments.shuffle_images, arguments.images)
    if any(count is not None and count < 1 for count in counts):
        raise MeddxError("--images, --slow-images, --hide-images and --shuffle-images must be at least 1")
    if arguments.keep and arguments.data is None:
        raise MeddxError("--keep goes with --data; of the model's own images the record is always kept")
    installed = find_model(arguments.models or models_dir(), arguments.model)
    from meddx.model.tensorflow_startup import start_tensorflow

    start_tensorflow()
    from meddx.evaluate.map_evaluation.run import add_passing, evaluate_maps
    from meddx.evaluate.map_evaluation.user_split import split_user_set
    from meddx.evaluate.sets.open_set import open_set
    from meddx.evaluate.sets.recipe_sets import recipe_path, recipe_sets
    from meddx.explain.map_record import RECORD_FILE, read_record
    from meddx.install.card_file import as_toml
    from meddx.install.progress_report import StderrReport
    from meddx.model.loading import load_model

    if arguments.data is None:
        if arguments.recipe is None and installed.card.training is None:
            raise MeddxError(f"{installed.card.id} was not trained here; name labelled images (--data PATH --keep)")
        sets = recipe_sets(arguments.recipe or recipe_path(installed.card))
        of = installed.card.training.data if installed.card.training else str(arguments.recipe)
    else:
        names = tuple(label.name for label in installed.card.labels)
        sets, of = split_user_set(open_set(arguments.data, names, class_map(arguments.map)), arguments.seed), USER_SET
    loaded, few, stage = load_model(installed.folder), arguments.shuffle_images, StderrReport().stage
    if arguments.passing:
        before = read_record(installed.folder, installed.card)
        if before is None:
            raise MeddxError(f"{installed.card.id} has no record yet; leave out --passing to make one")
        record = add_passing(
            before, loaded, sets, methods, few=few, seed=arguments.seed, stage=stage, name_cases=arguments.data is None
        )
    else:
        record = evaluate_maps(
            installed.folder,
            loaded,
            sets,
            methods,
            most=arguments.images,
            some=arguments.slow_images,
            hidden=arguments.hide_images,
            few=few,
            seed=arguments.seed,
            of=of,
            command=_command(arguments),
            stage=stage,
            name_cases=arguments.data is None,
        )
    content = record.model_dump(exclude_none=True)
    if arguments.data is None or arguments.keep:
        with whole_file(installed.folder / RECORD_FILE) as file:
            file.write_text(as_toml(content), encoding="utf-8")
    if arguments.json:
        print(json.dumps(content, indent=2))
    else:
        print("\n".join(_lines(record)))
    return 0


def _command(arguments: argparse.Namespace) -> str:
    """Return the command without paths of this machine, which may say whose images they are."""
    given = [
        f"--{name.replace('_', '-')} {value}"
        for name in ("methods", "images", "slow_images", "hide_images", "shuffle_images", "seed")
        if (value := getattr(arguments, name)) is not None
    ]
    own = [] if arguments.data is None else ["--data PATH"]
    return " ".join(["python -m meddx explain-check --model", arguments.model, *own, *given])


def _lines(record: "MapRecord") -> Iterator[str]:
    """Yield the measures on the test set, a line for each method, and the recommendation."""
    for row in record.methods:
        of_row = [one for one in record.measured if (one.method, one.set) == (row.name, "test")]
        numbers = [f"{one.measure} {one.value:.3f} ({one.low:.3f} to {one.high:.3f}, n {one.n})" for one in of_row]
        yield f"{row.title} ({row.kind}): " + "; ".join(numbers)
    yield f"Measured on {record.images}."
    if not any(MEASURES[one.measure].of_marks for one in record.measured):
        yield "No image has a box or a mask (columns of a CSV), so whether maps find what is there was not measured."
    if (limits := record.limits) is not None:
        yield (
            f"Limits of the check, set on {limits.images} validation images and {limits.wrong_maps} maps known to be "
            f"wrong: failed below {limits.bad_below:.3f}, passed from {limits.good_from:.3f}."
        )
    yield f"Recommended: {record.recommended}. {record.why}"
