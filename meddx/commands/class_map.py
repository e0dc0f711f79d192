"""The option --map: which of a labelled set's classes stands for which label, where they are named otherwise."""

import argparse
from collections.abc import Sequence

from meddx.errors import MeddxError


def add_map_option(parser: argparse.ArgumentParser, explained: str = "a class of the set") -> None:
    """Add the option, which may be given several times. explained: its help."""
    parser.add_argument("--map", action="append", default=[], metavar="NAME=LABEL", help=explained)


def class_map(given: Sequence[str]) -> dict[str, str]:
    """Return the set's name of a class -> label. Raises MeddxError for what is not NAME=LABEL."""
    return dict(map(_pair, given))


def class_labels(given: Sequence[str]) -> dict[str, list[str]]:
    """Return the set's name of a class -> all labels it stands for. Raises MeddxError for what is not NAME=LABEL."""
    classes: dict[str, list[str]] = {}
    for name, label in map(_pair, given):
        classes.setdefault(name, []).append(label)
    return classes


def _pair(given: str) -> tuple[str, str]:
    name, separator, label = given.rpartition("=")
    if not (separator and name and label):
        raise MeddxError("--map takes NAME=LABEL, the set's name of a class and the model's label")
    return name, label
