"""Find the only score column of a file, and the label it belongs to."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from meddx.errors import Refused
from meddx.evaluate.class_names import key
from meddx.evaluate.external_predictions import column_names as known
from meddx.evaluate.external_predictions import truth_words
from meddx.evaluate.external_predictions.columns import listed
from meddx.evaluate.external_predictions.rounding import sum_to_one
from meddx.evaluate.external_predictions.score_finder import (
    Candidate,
    ScoreColumns,
    ScoreFinder,
    candidate,
    named_alone,
)

CALLED = ("prediction", "predicted", "pred", "ypred", "predictedclass", "predictedlabel", "predlabel", "called", "call")
CONFIDENCE = ("confidence", "probability", "prob", "score", "maxprob", "certainty")


def one_score(finder: ScoreFinder, matched: Sequence[str], names: Sequence[str]) -> ScoreColumns:
    """Return the only score of a file whose truth stands in one column.

    matched: those of the truth's `names` that a score column is named after. Raises Refused where it is ambiguous which
    column is the score, or which names it belongs to.
    """
    wanted = {name.casefold() for name in finder.source.options.positive}
    given = wanted & {name.casefold() for name in names}
    if matched:
        return _of_a_name(finder, matched[0], names, given)
    column = only_column(finder, f"column {finder.source.columns.label!r:.80}", names)
    _is_of_the_class(finder, column, names)
    own = [name for name in names if key(name) in (key(column), key(known.stem(column, known.SCORE_WORDS) or ""))]
    if given or own:
        label = finder.source.options.positive[0] if given else own[0]
        return _single(finder, candidate(column, label), names, given or {own[0].casefold()})
    if truth_words.are_two_valued(set(names)):
        generic = key(column) in map(key, known.SCORE)
        plain = "positive" if generic else known.stem(column, known.SCORE_WORDS) or column
        label = next(iter(finder.source.options.positive), plain)
        present = {name.casefold() for name in names if truth_words.present(name)}
        return _single(finder, candidate(column, label), names, present)
    shown = [option(name) for name in sorted(names)[:2]] if finder.are_classes(names) else ["NAME"]
    raise Refused(
        "which-label",
        f"Column {column!r:.80} is the only score, and column {finder.source.columns.label!r:.80} holds "
        f"{finder.counted(names)}; type {' or '.join(f'--positive {name}' for name in shown)} to say which it is the "
        "score of.",
    )


def _is_of_the_class(finder: ScoreFinder, column: str, names: Sequence[str]) -> None:
    """Raise Refused for the confidence in the class called, which is not the score of one class."""
    told = finder.source.columns.score is not None
    values = {name.casefold() for name in names}
    called = [
        name
        for name in finder.free
        if key(name) in CALLED and {text.casefold() for text in finder.source.table.distinct(name)} <= values
    ]
    if called and not told and key(column) in CONFIDENCE and finder.numbers.of(column).min() >= 1 / max(len(names), 2):
        raise Refused(
            "confidence",
            f"Column {column!r:.80} looks like the confidence in the class that column {called[0]!r:.80} names, not "
            f"like the score of one class; store that, or type --column score={option(column)} if it is one.",
        )


def _of_a_name(finder: ScoreFinder, label: str, names: Sequence[str], given: set[str]) -> ScoreColumns:
    """Return the score of a column named after one of the names."""
    score = finder.score(label)
    assert score is not None
    if given and label.casefold() not in given:
        raise Refused(
            "which-label",
            f"Column {score.column!r:.80} bears the name of {label!r:.80} and --positive names another; type "
            f"--positive {option(label)}, or --column score={option(score.column)} besides if it is the other's score.",
        )
    if given or len(names) <= 2:
        return _single(finder, score, names, given or {label.casefold()})
    each = "each" if len(names) > 3 else "a"
    raise Refused(
        "which-label",
        f"Column {score.column!r:.80} is the only score, and column {finder.source.columns.label!r:.80} holds "
        f"{finder.counted(names)}; type --positive {option(label)} to count every other name as without it, or "
        f"--map {option(f'NAME={label}')} for {each} name that means it.",
    )


def _single(finder: ScoreFinder, score: Candidate, names: Sequence[str], positive: set[str]) -> ScoreColumns:
    found = named_alone(score.label, score, finder.logit(score.label))
    values = frozenset(name.casefold() for name in names)
    return replace(found, positive=frozenset(positive), negative=values - positive)


def only_column(finder: ScoreFinder, whose: str, names: Sequence[str] = ()) -> str:
    """Return the column of the only score.

    Raises Refused where there is none, or there are several.
    """
    found = finder.only_score()
    if len(found) == 1:
        return found[0]
    found = found or [name for name in finder.source.columns.readers.values() if finder.numbers.are_numbers(name)]
    if not found:
        raise Refused(
            "missing-column",
            f"No column of numbers has the name of a label in {whose} or says that it is a score; the file has "
            f"{listed(finder.source.table.names)}. Type --column score=NAME.",
        )
    if 1 < len(names) <= len(found):
        columns = np.stack([finder.numbers.of(name) for name in found], axis=1)
        if sum_to_one(columns).all() or 2 < len(found) == len(names):
            raise _other_names(finder, whose, names, found)
    shown = " or ".join(f"--column score={option(name)}" for name in found[:4])
    raise Refused(
        "which-score", f"Columns {listed(found)} may each be the score of {whose}; type {shown} for the one to measure."
    )


def _other_names(finder: ScoreFinder, whose: str, names: Sequence[str], found: Sequence[str]) -> Refused:
    labels = [known.stem(name, known.SCORE_WORDS) or name for name in found]
    repeated = finder.are_classes(names)
    ordered = sorted(names, key=lambda name: (len(name), name)) if repeated else ["NAME"] * len(names)
    example = " ".join(f"--map {option(f'{name}={label}')}" for name, label in zip(ordered, labels, strict=False))
    return Refused(
        "unknown-label",
        f"The names in {whose} ({finder.counted(names)}) are none of the columns {listed(found)}; say which means "
        f"which, as in {example[:300]}, or type --column score=NAME where one of them is the only score.",
    )


def option(text: str) -> str:
    """Return a name, quoted for a shell if necessary."""
    return f'"{text}"' if any(not (letter.isalnum() or letter in "_-.:=/") for letter in text) else text
