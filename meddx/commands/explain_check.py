"""`meddx explain-check`: how well a model's heat maps find what was marked, and whether its answers hang on them."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from meddx.config import ROOT, models_dir
from meddx.errors import MeddxError
from meddx.evaluate.maps.measures import MEASURES
from meddx.explain.methods import METHODS
from meddx.model.registry import find_model

if TYPE_CHECKING:  # TensorFlow and scipy load only when the command runs
    from meddx.explain.record import Record

HELP = "measure how far a model's heat maps can be relied on, and recommend one method"
SOME, HIDDEN, FEW = 24, 60, 24
"""Films for slow methods, for hiding parts of films, and for shuffling weights, unless asked."""
OWN = "a set brought for this check, no patient in both"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `meddx explain-check`."""
    parser.add_argument(
        "--model", required=True, metavar="ID", help="of an installed model; its folder gets the record"
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="PATH",
        help="a labelled set, a CSV with a column box or mask for where findings lie; default: the recipe's films",
    )
    parser.add_argument(
        "--keep", action="store_true", help="with --data: that model's Explain page and default go by these films"
    )
    parser.add_argument("--methods", metavar="A,B", help=f"default: all, {', '.join(METHODS)}")
    parser.add_argument(
        "--films", type=int, metavar="N", help="at most so many films of each half or set (default: all)"
    )
    parser.add_argument(
        "--slow-films",
        type=int,
        default=SOME,
        metavar="N",
        help="for slow methods (default: %(default)s)",
    )
    parser.add_argument(
        "--hide-films", type=int, default=HIDDEN, metavar="N", help="for hiding parts of films (default: %(default)s)"
    )
    parser.add_argument(
        "--shuffle-films", type=int, default=FEW, metavar="N", help="for shuffling weights (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=0, help="draws the films where not all are taken")
    parser.add_argument("--recipe", type=Path, metavar="CONFIG.toml", help="names the films; default: the card's")
    parser.add_argument("--models", type=Path, metavar="DIR", help="folder of models (default: models/)")
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")


def run(arguments: argparse.Namespace) -> int:
    """Write models/<id>/explanations.toml, where the films are the model's own or --keep says so, and print what was
    measured; 0 when done."""
    methods = list(METHODS) if arguments.methods is None else arguments.methods.split(",")
    if unknown := [name for name in methods if name not in METHODS]:
        raise MeddxError(f"there is no method {unknown[0]!r}; there are {', '.join(METHODS)}")
    counts = (arguments.slow_films, arguments.hide_films, arguments.shuffle_films, arguments.films)
    if any(count is not None and count < 1 for count in counts):
        raise MeddxError("--films, --slow-films, --hide-films and --shuffle-films must be at least 1")
    if arguments.keep and arguments.data is None:
        raise MeddxError("--keep goes with --data; of the model's own films the record is always kept")
    installed = find_model(arguments.models or models_dir(), arguments.model)
    from meddx.model.start import start_tensorflow

    start_tensorflow()
    from meddx.evaluate.maps.own import own_sets
    from meddx.evaluate.maps.whole import check_model
    from meddx.evaluate.sets.open_set import open_set
    from meddx.evaluate.sets.recorded import recipe_sets
    from meddx.explain.record import NAME
    from meddx.model.loading import load
    from meddx.training.card_file import as_toml
    from meddx.training.report import OnStderr

    if arguments.data is None:
        sets, of = recipe_sets(arguments.recipe or ROOT / installed.card.training.config), installed.card.training.data
    else:
        names = tuple(label.name for label in installed.card.labels)
        sets, of = own_sets(open_set(arguments.data, names), arguments.seed), OWN
    record = check_model(
        installed.folder,
        load(installed.folder),
        sets,
        methods,
        most=arguments.films,
        some=arguments.slow_films,
        hidden=arguments.hide_films,
        few=arguments.shuffle_films,
        seed=arguments.seed,
        of=of,
        command=_command(arguments),
        stage=OnStderr().stage,
    )
    content = record.model_dump(exclude_none=True)
    if arguments.data is None or arguments.keep:
        (installed.folder / NAME).write_text(as_toml(content), encoding="utf-8")
    if arguments.json:
        print(json.dumps(content, indent=2))
    else:
        print("\n".join(_lines(record)))
    return 0


def _command(arguments: argparse.Namespace) -> str:
    """What was asked, without paths of this machine, which may say whose films they are."""
    given = [
        f"--{name.replace('_', '-')} {value}"
        for name in ("methods", "films", "slow_films", "hide_films", "shuffle_films", "seed")
        if (value := getattr(arguments, name)) is not None
    ]
    own = [] if arguments.data is None else ["--data PATH"]
    return " ".join(["python -m meddx explain-check --model", arguments.model, *own, *given])


def _lines(record: "Record") -> Iterator[str]:
    """The test numbers, a row each, and the recommendation."""
    for row in record.methods:
        of_row = [one for one in record.measured if (one.method, one.set) == (row.name, "test")]
        numbers = [f"{one.measure} {one.value:.3f} ({one.low:.3f} to {one.high:.3f}, n {one.n})" for one in of_row]
        yield f"{row.title} ({row.kind}): " + "; ".join(numbers)
    yield f"Measured on {record.films}."
    if not any(MEASURES[one.measure].of_marks for one in record.measured):
        yield "No film has a box or a mask (columns of a CSV), so whether maps find what is there was not measured."
    yield f"Recommended: {record.recommended}. {record.why}"
