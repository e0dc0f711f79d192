"""Find the score columns of a file and the label of each."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from meddx.errors import Refused
from meddx.evaluate.class_names import key
from meddx.evaluate.external_predictions import column_names as known
from meddx.evaluate.external_predictions.columns import listed
from meddx.evaluate.external_predictions.one_score import one_score, only_column, option
from meddx.evaluate.external_predictions.rounding import sum_to_one
from meddx.evaluate.external_predictions.score_finder import ScoreColumns, ScoreFinder, candidate, named_alone
from meddx.evaluate.external_predictions.source import Source


def find_scores(source: Source, names: Sequence[str]) -> ScoreColumns:
    """Return the columns of scores.

    names: the distinct names in the truth's column, () without one. Raises Refused, with the option to type, where it
    is ambiguous which they are or which labels they belong to.
    """
    finder = ScoreFinder(source)
    if source.columns.label is None:
        return _beside_truths(finder)
    matched = [] if source.columns.score else [name for name in names if finder.score(name)]
    labels = _with_absent_classes(finder, matched)
    at = {name: index for index, name in enumerate(source.table.names)}
    labels.sort(key=lambda label: at[one.column] if (one := finder.score(label)) else 0)
    return _of_labels(finder, labels) if len(labels) > 1 else one_score(finder, matched, names)


def _of_labels(finder: ScoreFinder, labels: Sequence[str]) -> ScoreColumns:
    """Return the score columns of several labels, each of which has one; labels are spelt as there."""
    scores = {one.label: one for label in labels if (one := finder.score(label))}
    logits = {label: name for label in scores if (name := finder.logit(label))}
    kinds = {one.kind for one in scores.values()}
    return ScoreColumns(
        {label: one.column for label, one in scores.items()},
        logits if len(logits) == len(labels) and kinds != {"logit"} else {},
        kinds == {"logit"},
        kinds == {"probability"},
    )


def _with_absent_classes(finder: ScoreFinder, matched: Sequence[str]) -> list[str]:
    """Return the labels, with those without a case: columns named alike, or completing a sum of one."""
    scores = [one for label in matched if (one := finder.score(label))]
    alike = [one.label for one in finder.alike(scores) if one.kind in ("probability", "logit")]
    if alike or not scores or not all(finder.numbers.are_numbers(one.column) for one in scores):
        return [*matched, *alike]
    taken = {one.column for one in scores}
    others = [name for name in finder.free if name not in taken and _are_shares(finder, name)]
    part = np.stack([finder.numbers.of(one.column) for one in scores], axis=1)
    whole = np.column_stack([part, *(finder.numbers.of(name) for name in others)])
    complete = bool(others) and not sum_to_one(part).all() and bool(sum_to_one(whole).all())
    return [*matched, *(others if complete else [])]


def _are_shares(finder: ScoreFinder, name: str) -> bool:
    values = finder.numbers.of(name)
    return finder.numbers.are_numbers(name) and bool(((values >= 0) & (values <= 1)).all())


def _beside_truths(finder: ScoreFinder) -> ScoreColumns:
    """Return the scores of a file with a column of the truth for every label."""
    columns = finder.source.columns
    truths = dict(columns.truths) or _truths_beside_scores(finder)
    if not truths:
        raise Refused(
            "missing-column",
            f"The file has no column 'label' or of a like name and none that begins with 'true:'; it has "
            f"{listed(finder.source.table.names)}. Type --column label=NAME for the one that holds the truth.",
        )
    lacking = [label for label in truths if finder.score(label) is None]
    if len(truths) == 1 and (lacking or columns.score is not None):
        label = next(iter(truths))
        column = columns.score or only_column(finder, f"label {label!r:.80}")
        if columns.score is None and key(column) not in map(key, known.SCORE):
            raise Refused(
                "missing-column",
                f"The file has no column {label!r:.80} or 'probability:{label[:60]}' that holds the score of that "
                f"label; type --column score={option(column)} if {column!r:.80} does.",
            )
        return replace(named_alone(label, candidate(column, label), finder.logit(label)), truths=truths)
    if lacking:
        raise Refused(
            "missing-column",
            f"The file has no column {lacking[0]!r:.80} or 'probability:{lacking[0][:60]}' that holds the score of "
            f"that label; it has {listed(finder.source.table.names)}.",
        )
    found = _of_labels(finder, list(truths))
    return replace(found, truths=dict(zip(found.labels, truths.values(), strict=True)))


def _truths_beside_scores(finder: ScoreFinder) -> dict[str, str]:
    """Return label -> column of ones and zeros, for labels with a separate score column."""
    truths: dict[str, str] = {}
    for candidates in list(finder.of.values()):
        scored = next((one for one in candidates if one.kind), None)
        if scored is None:
            continue
        for name in finder.free:
            label = known.stem(name, known.TRUTH_WORDS)
            same = key(name) == key(scored.label) or (label is not None and key(label) == key(scored.label))
            if same and name != scored.column and finder.is_two_valued(name):
                truths[scored.label] = name
                break
    for label, name in truths.items():  # a truth is no score, though it bears the label's name
        finder.of[key(label)] = [one for one in finder.of[key(label)] if one.column != name]
    return truths
