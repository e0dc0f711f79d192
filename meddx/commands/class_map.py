"""The option --map: which of a labelled set's classes stands for which label, where they are named otherwise."""

import argparse
from collections.abc import Sequence

from meddx.errors import MeddxError


def add_map_option(parser: argparse.ArgumentParser) -> None:
    """Add the option, which may be given several times."""
    parser.add_argument("--map", action="append", default=[], metavar="NAME=LABEL", help="a class of the set")


def class_map(given: Sequence[str]) -> dict[str, str]:
    """Return the set's name of a class -> label. Raises MeddxError for what is not NAME=LABEL."""
    classes = {}
    for one in given:
        name, separator, label = one.rpartition("=")
        if not (separator and name and label):
            raise MeddxError("--map takes NAME=LABEL, the set's name of a class and the model's label")
        classes[name] = label
    return classes
