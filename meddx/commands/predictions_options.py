"""Define and parse the options of reading files of scores, for `meddx evaluate` and `meddx compare`."""

import argparse
from collections.abc import Mapping, Sequence

from meddx.errors import MeddxError
from meddx.evaluate.external_predictions.options import ROLES, SCALES, Reading

EPILOG = """files of scores:
  CSV (any delimiter, decimal mark and encoding), Excel (.xlsx) or Parquet; a row is a case.
  Needed: a column for the case (case, image, filename, id, ...); the truth (label, diagnosis, dx, target, ...: a
  name; or true:LABEL columns of 1 and 0); scores in columns named as the labels (alone, or probability:LABEL,
  prob_LABEL, logit:LABEL, score:LABEL for scores that are no probabilities, ...) or in one column of any name.
  Used where there: patient (PatientID, subject_id, ...: cases of one patient belong together), reader:NAME (what a
  reader called, or a rating), threshold:LABEL and threshold_origin (the threshold, the same number in every row, and
  how it was chosen, in words). Other columns are attributes of the cases.
  What was taken for what is printed, and stands under "columns" in the JSON; what is open is refused with the option
  to type."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of reading files of scores."""
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    group = parser.add_argument_group("reading --predictions")
    group.add_argument(
        "--positive",
        action="append",
        default=[],
        metavar="NAME",
        help="the label of interest; of a file with one score, the name in its truth that it is the score of",
    )
    group.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="ROLE=NAME",
        help=f"which column plays a part: {', '.join(ROLES)}",
    )
    group.add_argument(
        "--threshold",
        action="append",
        default=[],
        metavar="LABEL=VALUE",
        help="a score at or above it is a call (probabilities: 0 to 1); VALUE alone where there is one label. "
        "Default: the file's column threshold:LABEL, else 0.5 of probabilities",
    )
    group.add_argument("--scale", choices=SCALES, help="what the scores are, where their numbers do not tell")
    kinds = group.add_mutually_exclusive_group()
    kinds.add_argument("--exclusive", action="store_true", help="every case has exactly one of the labels")
    kinds.add_argument("--independent", action="store_true", help="labels do not exclude each other (sigmoid outputs)")
    group.add_argument("--reverse", action="store_true", help="a low score speaks for the label")
    group.add_argument("--decimal", choices=("comma", "point"), help="the decimal mark, where numbers leave it open")
    group.add_argument("--sheet", metavar="NAME", help="of a workbook")
    group.add_argument("--skip-incomplete", action="store_true", help="leave out rows without a score or truth")
    group.add_argument("--number-rows", action="store_true", help="rows are the cases; no column names them")


def reading(arguments: argparse.Namespace, names: Mapping[str, str]) -> Reading:
    """Return how to read files of scores, as the options say.

    names: of --map. Raises MeddxError for an option that cannot be understood.
    """
    return Reading(
        names=names,
        columns=dict(_pair(one, "--column takes ROLE=NAME") for one in arguments.column),
        positive=tuple(arguments.positive),
        scale=arguments.scale,
        exclusive=True if arguments.exclusive else False if arguments.independent else None,
        decimal={"comma": ",", "point": ".", None: None}[arguments.decimal],
        sheet=arguments.sheet,
        thresholds=stated_thresholds(arguments.threshold),
        skip_incomplete=arguments.skip_incomplete,
        number_rows=arguments.number_rows,
        reverse=arguments.reverse,
    )


def are_given(arguments: argparse.Namespace) -> str | None:
    """Return the first given option that applies only to files of scores, or None."""
    flags = ("column", "scale", "exclusive", "independent", "reverse", "decimal", "sheet", "skip_incomplete")
    return next((f"--{name.replace('_', '-')}" for name in (*flags, "number_rows") if getattr(arguments, name)), None)


def stated_thresholds(given: Sequence[str]) -> dict[str, float]:
    """Return label -> threshold, with "" for a value without a label.

    Raises MeddxError for a value that is no number.
    """
    found = {}
    for one in given:
        label, _, text = one.rpartition("=")
        try:
            value = float(text.replace(",", "."))
        except ValueError:
            raise MeddxError("--threshold takes LABEL=VALUE, the value a number") from None
        found[label.strip()] = value
    return found


def _pair(text: str, rule: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not (separator and name and value):
        raise MeddxError(rule)
    return name.strip(), value
