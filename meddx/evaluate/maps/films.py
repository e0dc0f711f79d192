"""The films of a set as they are asked about: which labels, and where each is marked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.evaluate.maps.marks import Cells, marked
from meddx.evaluate.sets.labelled_set import Case, LabelledSet
from meddx.explain.methods.passes import Logits
from meddx.imaging.prepare import model_input
from meddx.model.card import Card
from meddx.types import Placement

PIECE = 8
"""Films at a time."""


@dataclass(frozen=True)
class Question:
    """Of which label's map: the film's place in the piece, the label's among the card's, and where it is marked.

    cells: None where the set has no marks.
    """

    film: int
    label: int
    cells: Cells | None


@dataclass(frozen=True)
class Piece:
    """Some films of a set. first: number of the first of them. inputs: float32 (n, height, width, channels)."""

    first: int
    cases: Sequence[Case]
    inputs: NDArray[np.float32]
    placements: Sequence[Placement]
    questions: Sequence[Question]


def has_marks(films: LabelledSet) -> bool:
    """Whether a finding is marked on any of the films."""
    return any(case.boxes or case.masks for case in films.cases)


def drawn_at_random(films: LabelledSet, seed: int, most: int | None = None) -> LabelledSet:
    """At most `most` films in random order, so that the first of them are a random few; marked ones, if any."""
    marked_only = has_marks(films)
    rows = [row for row, case in enumerate(films.cases) if case.boxes or case.masks or not marked_only]
    return films.subset(np.random.default_rng(seed).permutation(rows)[:most])


def pieces(films: LabelledSet, card: Card, logits: Logits) -> Iterator[Piece]:
    """The films in order. Asked is each label that is marked; without marks, the most probable one unless it says that
    there is nothing. Raises Refused for a film that cannot be read."""
    marks = has_marks(films)
    for first in range(0, len(films), PIECE):
        cases = films.cases[first : first + PIECE]
        inputs, placements, cells = [], [], []
        for case in cases:
            try:
                prepared, placement = model_input(case.film(), card.input)
                cells.append([marked(case, label.name) for label in card.labels] if marks else [])
            except Refused as refusal:
                raise Refused(
                    refusal.rule, f"A film of the set: {refusal.reason} `meddx evaluate` lists such films."
                ) from refusal
            inputs.append(prepared)
            placements.append(placement)
        films_in = np.stack(inputs)
        asked = _marked(cases, cells, card) if marks else _called(logits(films_in), card)
        yield Piece(first, cases, films_in, placements, asked)


def with_findings(films: LabelledSet, card: Card, logits: Logits, most: int | None = None) -> LabelledSet:
    """The first `most` films about which there is something to ask (see pieces), in order. Raises Refused likewise."""
    rows: list[int] = []
    for piece in pieces(films, card, logits):
        rows += sorted({piece.first + question.film for question in piece.questions})
        if most is not None and len(rows) >= most:
            break
    return films.subset(rows[:most])


def _marked(cases: Sequence[Case], cells: Sequence[Sequence[Cells]], card: Card) -> list[Question]:
    return [
        Question(film, label, of_label)
        for film, (case, of_film) in enumerate(zip(cases, cells, strict=True))
        for label, of_label in enumerate(of_film)
        if card.labels[label].name in case.labels and of_label.any()
    ]


def _called(logits: NDArray[np.float32], card: Card) -> list[Question]:
    called = enumerate(logits.argmax(axis=1).tolist())
    return [Question(film, label, None) for film, label in called if not card.labels[label].absence]
