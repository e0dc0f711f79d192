"""Read a file of scores: table, columns, truth, scores, thresholds and readers."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.evaluate.class_names import class_of_interest, key
from meddx.evaluate.external_predictions import column_names
from meddx.evaluate.external_predictions.columns import Columns, find_columns, listed
from meddx.evaluate.external_predictions.describe import described, notes_on
from meddx.evaluate.external_predictions.long_format import by_case
from meddx.evaluate.external_predictions.numbers_as_text import Numbers
from meddx.evaluate.external_predictions.options import Reading
from meddx.evaluate.external_predictions.readers import Ratings, find_readers
from meddx.evaluate.external_predictions.result import ExternalPredictions
from meddx.evaluate.external_predictions.scale import Scaled, Truth, scaled
from meddx.evaluate.external_predictions.score_columns import find_scores
from meddx.evaluate.external_predictions.score_finder import ScoreColumns
from meddx.evaluate.external_predictions.source import SKIPPED, Source, complete_rows, without_refused
from meddx.evaluate.external_predictions.table_file import Table, open_table
from meddx.evaluate.external_predictions.thresholds import find_thresholds
from meddx.evaluate.external_predictions.truth import different, named_truth, split, targets_by_column, targets_by_name
from meddx.evaluate.predictions import Predictions

Names = tuple[str | None, ...]


def read(path: Path, options: Reading | None = None) -> ExternalPredictions:
    """Return the scores of a file, its truth, and how it was read.

    A row is a case. The truth stands in a column that names it (`label`, `diagnosis`, ...; several names between ;),
    or in a column `true:LABEL` for each label. Scores stand in columns named as the labels, alone or with a word such
    as `probability:`, `prob_`, `logit:`; or in one column of any name. `patient` (`PatientID`, `subject_id`, ...) says
    which cases belong together, `reader:NAME` columns hold what readers called or how they rated,
    `threshold:LABEL` columns thresholds; other columns are attributes of the cases. Files that meddx writes are read.
    Raises Refused: what was found, in which row (from 1 after the header) and column, and what to type to go on; values
    are not repeated but for the names of classes.
    """
    options = options or Reading()
    names = {name.casefold(): label for name, label in options.names.items()}
    tables = open_table(path, options.sheet)
    wide = {name: by_case(one, options) for name, one in tables.items()}
    spent = {column for name, one in tables.items() for column in one.names if column not in wide[name].names}
    options = replace(options, columns={role: name for role, name in options.columns.items() if name not in spent})
    table, columns = _sheet(wide, options)
    if not len(table):
        raise Refused("empty-file", "The file has no rows; it needs one for each case.")
    source, refused = without_refused(Source(table, columns, options, Numbers(table, options.decimal)))
    truth = _named_truth(source, names)
    scores = find_scores(source, _names(source, truth))
    truths = {column: source.table.text(column) for column in scores.truths.values()}
    if truth is not None:
        truths = {str(columns.label): truth}
    complete = complete_rows(source, list(scores.columns.values()), truths)
    if not complete.all():
        cases = source.cases()
        refused |= {cases[row]: SKIPPED for row in np.flatnonzero(~complete)}
        source = source.only(complete)
        truth = truth and tuple(value for value, kept in zip(truth, complete, strict=True) if kept)
        if not len(source.table):
            raise Refused("empty-file", "No row of the file has both a score and a truth; each case needs both.")
    targets, one_each = _targets(source, scores, truth)
    found = _scaled(source, scores, Truth(one_each, truth is not None and columns.refused is None, options.exclusive))
    thresholds, origin = find_thresholds(scores.labels, source, found)
    calls, ratings = find_readers(source, scores, names)
    values, logits = found.values, found.logits
    reversed_from = (0.0 if found.scale == "score" else 1.0) if options.reverse else None
    if reversed_from is not None:
        values, logits, thresholds, ratings = _reversed(found, reversed_from, thresholds, ratings)
    predictions = Predictions(
        scores.labels,
        source.cases(),
        source.patients(),
        targets,
        logits,
        values,
        _attributes(source, scores),
        are_probabilities=found.scale != "score",
    )
    return ExternalPredictions(
        predictions,
        found.exclusive,
        thresholds,
        origin,
        calls,
        ratings,
        described(source, scores, found, predictions),
        (*found.notes, *notes_on(source, scores, predictions)),
        _positive(options, scores, found.exclusive),
        refused,
        reversed_from,
    )


def column_names_of(path: Path) -> tuple[str, ...]:
    """Return the names of all columns of a file, each once. Raises Refused where it is no table."""
    return tuple(dict.fromkeys(name for table in open_table(path, None).values() for name in table.names if name))


def _sheet(tables: Mapping[str, Table], options: Reading) -> tuple[Table, Columns]:
    """Return the table and its columns; of several sheets, the only one with the required columns."""
    usable: dict[str, Columns] = {}
    why: list[Refused] = []
    for name, table in tables.items():
        try:
            usable[name] = find_columns(table, options)
        except Refused as refused:
            why.append(refused)
    with_truth = {name: found for name, found in usable.items() if found.label or found.truths} or usable
    if len(with_truth) == 1:
        name, found = next(iter(with_truth.items()))
        _all_saved({name: tables[name]})
        return tables[name], found
    if not with_truth:
        _all_saved(tables)
    if len(tables) == 1:
        raise why[0]
    sheets = " or ".join(f'--sheet "{name:.60}"' for name in (with_truth or tables))
    fit = f"{len(with_truth)} have" if with_truth else "none has"
    raise Refused("which-sheet", f"Of the workbook's {len(tables)} sheets {fit} the columns of scores; type {sheets}.")


def _all_saved(tables: Mapping[str, Table]) -> None:
    """Raise Refused where a sheet has a formula without a value, whose cells would count as empty."""
    for name, table in tables.items():
        if table.unsaved:
            raise Refused(
                "unsaved-formula",
                f"Sheet {name!r:.60}: cell {table.unsaved} holds a formula whose value was not saved; open the "
                "workbook in Excel or LibreOffice and save it, or give the sheet as .csv.",
            )


def _named_truth(source: Source, names: Mapping[str, str]) -> Names | None:
    """Return the truth of each case from its column; in meddx's own tables "" where no label is true."""
    if source.columns.label is None:
        return None
    truth = named_truth(source.table, source.columns.label, names)
    return truth if source.columns.refused is None else tuple(value or "" for value in truth)


def _names(source: Source, truth: Names | None) -> tuple[str, ...]:
    """Return the distinct names in the truth's column, with lists split up; () without such a column."""
    if truth is None:
        return ()
    if source.columns.refused is not None:  # meddx's own: the score columns say which labels there are
        own = ("probability", "score")
        return tuple(label for name in source.columns.rest if (label := column_names.stem_after_colon(name, own)))
    labels = [column_names.stem(name, column_names.SCORE_WORDS) or name for name in source.columns.rest]
    names = different([part for parts in split(truth, labels) for part in parts or ()])
    if not names:
        raise Refused(
            "empty-value", f"Column {source.columns.label!r:.80} is empty in every row; it must name the truth."
        )
    return names


def _targets(source: Source, scores: ScoreColumns, truth: Names | None) -> tuple[NDArray[np.bool_], bool]:
    """Return the truth, bool (n, labels), and whether every case has exactly one label."""
    columns, options = source.columns, source.options
    if truth is not None and columns.label is not None:
        independent = options.exclusive is False or columns.refused is not None
        return targets_by_name(truth, scores, columns.label, source.table.rows, independent=independent)
    targets = targets_by_column(source.table, scores.truths)
    one_each = targets.sum(axis=1) == 1
    if options.exclusive and not one_each.all():
        row = int(np.flatnonzero(~one_each)[0])
        raise Refused(
            "not-exclusive",
            f"Row {source.table.rows[row]}: {int(targets[row].sum())} labels are true, and --exclusive says that one "
            "is; leave it out.",
        )
    return targets, bool(one_each.all())


def _scaled(source: Source, scores: ScoreColumns, truth: Truth) -> Scaled:
    numbers, names = source.numbers, tuple(scores.columns.values())
    percent = [name for name in names if numbers.is_percent(name)]
    if percent and len(percent) < len(names):
        other = next(name for name in names if name not in percent)
        raise Refused(
            "percent", f"Column {percent[0]!r:.80} has percent signs and {other!r:.80} has none; use one way."
        )
    beside = [numbers.of(name) for name in scores.logits.values()]
    with_logits = bool(beside) and all(np.isfinite(one).all() for one in beside)
    claims = "logit" if scores.are_logits else "probability" if scores.are_probabilities else ""
    if all(column_names.has_colon(name, ("score",)) for name in names):
        claims = "score"  # as meddx writes scores that are no probabilities
    return scaled(
        np.stack([numbers.of(name) for name in names], axis=1),
        names,
        source.table.rows,
        truth,
        scale="probability" if percent else source.options.scale,
        logits=np.stack(beside, axis=1) if with_logits else None,
        claims=claims,
    )


def _reversed(
    found: Scaled, whole: float, thresholds: tuple[float, ...], ratings: Ratings
) -> tuple[NDArray[np.float64], NDArray[np.float32], tuple[float, ...], Ratings]:
    """Return scores, logits, thresholds and ratings reversed, so that high scores indicate the label."""
    if found.values.shape[1] > 1:
        raise Refused(
            "reverse", "--reverse is for files with one score; this one has scores of several labels: leave it out."
        )
    turned = tuple(whole - threshold for threshold in thresholds)
    return whole - found.values, -found.logits, turned, {name: -one for name, one in ratings.items()}


def _positive(options: Reading, scores: ScoreColumns, exclusive: bool) -> str | None:
    """Return the label of interest, None where there is none.

    Raises Refused for an option that is none of the labels.
    """
    labels = scores.labels
    if len(labels) == 1:
        if options.positive and not scores.positive and key(options.positive[0]) != key(labels[0]):
            raise Refused("unknown-label", f"--positive must be {labels[0]!r:.80}, the only label of this file.")
        return labels[0]
    if options.positive:
        same = [label for label in labels if key(label) == key(options.positive[0])]
        if len(options.positive) > 1 or not same:
            raise Refused("unknown-label", f"--positive takes one of the labels {listed(labels, str)} for this file.")
        return same[0]
    return class_of_interest(labels) if exclusive else None


def _attributes(source: Source, scores: ScoreColumns) -> dict[str, Names]:
    taken = {source.columns.score, *scores.columns.values(), *scores.logits.values(), *scores.truths.values()}
    return {
        name.removeprefix(column_names.ATTRIBUTE_PREFIX): source.table.text(name)
        for name in source.columns.rest
        if name and name not in taken
    }
