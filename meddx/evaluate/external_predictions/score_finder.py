"""Find the column that holds the score of a label, by its name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from meddx.evaluate.class_names import key
from meddx.evaluate.external_predictions import column_names as known
from meddx.evaluate.external_predictions import truth_words
from meddx.evaluate.external_predictions.columns import listed
from meddx.evaluate.external_predictions.source import Source

_KINDS = (("probability", known.PROBABILITY_WORDS), ("logit", known.LOGIT_WORDS), ("score", known.SCORE_WORDS))


@dataclass(frozen=True)
class ScoreColumns:
    """The score columns of a file, with the label of each.

    columns: label -> column of its score, in the order of the file; logits: label -> column beside it. are_logits: the
    names say that `columns` hold logits; are_probabilities: they say so of probabilities. truths: label -> column of
    ones and zeros. positive, negative: of a file with one score, the names in its truth (casefold) with and without
    the label; empty where several labels have scores.
    """

    columns: Mapping[str, str]
    logits: Mapping[str, str] = field(default_factory=dict)
    are_logits: bool = False
    are_probabilities: bool = False
    truths: Mapping[str, str] = field(default_factory=dict)
    positive: frozenset[str] = frozenset()
    negative: frozenset[str] = frozenset()

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the label names, in the order of the file."""
        return tuple(self.columns)


@dataclass(frozen=True)
class Candidate:
    """A column that may hold the score of a label.

    kind: "probability", "logit", "score", or "" where the name states none.
    """

    label: str
    kind: str
    column: str

    @property
    def shape(self) -> str:
        """Return the column's name with "*" for its label, such as "prob_*"."""
        return self.column.replace(self.label, "*") if self.label else self.column


class ScoreFinder:
    """A finder of score columns among the columns without another role."""

    def __init__(self, source: Source) -> None:
        self.source, self.numbers = source, source.numbers
        self.free = [name for name in source.columns.rest if not name.startswith(known.ATTRIBUTE_PREFIX)]
        self.of: dict[str, list[Candidate]] = {}
        for name in self.free:
            for candidate in _candidates(name):
                self.of.setdefault(key(candidate.label), []).append(candidate)

    def score(self, label: str) -> Candidate | None:
        """Return the most likely column of a label's score, None without one.

        In this order: one named a probability, a score, the bare name, logits.
        """
        everything = self.of.get(key(label), [])
        same = [one for one in everything if one.label == label] or everything
        return next((one for kind in ("probability", "score", "", "logit") for one in same if one.kind == kind), None)

    def logit(self, label: str) -> str | None:
        """Return the column of a label's logits, None without one."""
        return next((one.column for one in self.of.get(key(label), []) if one.kind == "logit"), None)

    def alike(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Return other columns of numbers with the same name pattern as the candidates."""
        taken, shapes = {one.column for one in candidates}, {one.shape for one in candidates if one.kind}
        everything = (one for candidates_of_label in self.of.values() for one in candidates_of_label)
        return [
            one
            for one in everything
            if one.kind and one.shape in shapes and one.column not in taken and self.numbers.are_numbers(one.column)
        ]

    def only_score(self) -> list[str]:
        """Return the columns that may be the only score of a file: by name, else all columns of numbers."""
        if self.source.columns.score is not None:
            return [self.source.columns.score]
        numbers = [name for name in self.free if name and self.numbers.are_numbers(name)]
        generic = {key(name) for name in known.SCORE}
        named = [name for name in numbers if key(name) in generic]
        if not named:  # a score with a few words in it is still the score, and what is wrong is said by row
            named = [name for name in self.free if key(name) in generic and self.numbers.mostly_numbers(name)]
        if len(named) > 1:  # y_pred beside y_prob: a call is no score where there is one
            named = [name for name in named if not self.is_two_valued(name)] or named
        return named or [name for name in numbers if key(name) not in known.NO_SCORE]

    def is_two_valued(self, name: str) -> bool:
        """Return whether a column holds only words for present and absent."""
        return truth_words.are_two_valued(self.source.table.distinct(name))

    def are_classes(self, names: Sequence[str]) -> bool:
        """Return whether names in the truth's column are class names, which a message may repeat."""
        column = self.source.columns.label
        return column is not None and are_classes(self.source.table.text(column), names)

    def counted(self, names: Sequence[str]) -> str:
        """Return names in the truth's column for a message, or only their number."""
        return listed(sorted(names), str) if self.are_classes(names) else f"{len(names)} different names"


def named_alone(label: str, score: Candidate, logit: str | None) -> ScoreColumns:
    """Return the columns of one label."""
    beside = {label: logit} if logit and score.kind != "logit" else {}
    return ScoreColumns({label: score.column}, beside, score.kind == "logit", score.kind == "probability")


def candidate(column: str, label: str) -> Candidate:
    """Return a column as the score of a label not stated by its name."""
    plain = key(column)
    for kind, words in _KINDS:
        if plain in map(key, words) or known.stem(column, words) is not None:
            return Candidate(label, kind, column)
    return Candidate(label, "", column)


def are_classes(values: Sequence[str | None], names: Sequence[str]) -> bool:
    """Return whether names are few, short and repeated among the values: class names, not remarks."""
    if len(names) > 12 or any(len(name) > 40 for name in names):
        return False
    times: dict[str, int] = {}
    for value in values:
        if value is not None:
            times[value.casefold()] = times.get(value.casefold(), 0) + 1
    return all(times.get(name.casefold(), 2) > 1 for name in names)


def _candidates(name: str) -> Iterator[Candidate]:
    yield Candidate(name, "", name)
    for kind, words in _KINDS:
        label = known.stem(name, words)
        if label is not None:
            yield Candidate(label, kind, name)
            return
