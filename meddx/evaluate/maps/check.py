"""A model's maps over a set of films: of every method, of tf-keras-vis and of the floors."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.maps import floors
from meddx.evaluate.maps.faithfulness import Shuffled, effects, likeness, marks_nothing
from meddx.evaluate.maps.films import Piece, pieces
from meddx.evaluate.maps.localise import Localised, localise
from meddx.evaluate.maps.marks import GRID
from meddx.evaluate.maps.sources import QUICK, Source
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.explain.methods.passes import Logits
from meddx.imaging.overlay import on_film
from meddx.model.card import Card


@dataclass
class Found:
    """What was found of one row of the table.

    patients, localised: of each map; empty: likewise, (patient, whether it marks nothing); effects, likenesses, blanks:
    (patient, value) of some of them; strongest: of each film, the highest value in any label's map. seconds: for
    `films` films, every label.
    """

    patients: list[str] = field(default_factory=list)
    localised: list[Localised] = field(default_factory=list)
    effects: list[tuple[str, float]] = field(default_factory=list)
    likenesses: list[tuple[str, float]] = field(default_factory=list)
    blanks: list[tuple[str, float]] = field(default_factory=list)
    empty: list[tuple[str, float]] = field(default_factory=list)
    strongest: list[float] = field(default_factory=list)
    seconds: float = 0.0
    films: int = 0


class Checked:
    """One model being checked.

    sources: of the rows; methods: those whose network is shuffled as well. usual: as floors.usual_places.
    some: films for slow methods; hidden: films of which parts are hidden; few: films for what shuffles weights, a third
    of them for slow methods.
    """

    def __init__(
        self,
        network: keras.Model,
        card: Card,
        sources: Sequence[Source],
        methods: Sequence[str],
        *,
        usual: Mapping[str, floors.FilmMap],
        some: int,
        hidden: int,
        few: int,
    ) -> None:
        self._card, self._sources, self._usual = card, sources, usual
        self._some, self._hidden, self._few = some, hidden, few
        self._logits = Logits(network)
        self._shuffled = Shuffled(network, methods)

    def over(self, films: LabelledSet, done: Callable[[int], None]) -> dict[str, Found]:
        """What is found by row, floors last. done: told the number of films so far. Raises Refused."""
        found = {row: Found() for source in self._sources for row in source.rows}
        found |= {row: Found() for row in floors.TITLES}
        for piece in pieces(films, self._card, self._logits):
            if piece.questions:
                drawn: dict[str, NDArray[np.float32]] = {}
                for source in self._sources:
                    if piece.first < source.films(len(films), self._some):
                        drawn |= self._draw(source, piece, found)
                self._localise(piece, drawn, found)
                if piece.first < self._hidden:
                    self._hide(piece, drawn, found)
                self._shuffle(piece, drawn, found)
            done(piece.first + len(piece.cases))
        return found

    def _draw(self, source: Source, piece: Piece, found: dict[str, Found]) -> dict[str, NDArray[np.float32]]:
        start = time.perf_counter()
        drawn = source.draw(piece.inputs, [(question.film, question.label) for question in piece.questions])
        seconds = time.perf_counter() - start
        patients = [piece.cases[question.film].group for question in piece.questions]
        for row, one in drawn.items():
            found[row].empty += zip(patients, (float(marks_nothing(heatmap)) for heatmap in one.maps), strict=True)
            if piece.first or source.passes > QUICK:  # a quick one's first piece is mostly compilation
                found[row].seconds += seconds
                found[row].films += len(piece.inputs)
            if one.strongest is not None:
                found[row].strongest += one.strongest.tolist()
        return {row: one.maps for row, one in drawn.items()}

    def _localise(self, piece: Piece, drawn: Mapping[str, NDArray[np.float32]], found: dict[str, Found]) -> None:
        for number, question in enumerate(piece.questions):
            if question.cells is None:
                continue
            case, name = piece.cases[question.film], self._card.labels[question.label].name
            placement = piece.placements[question.film]
            laid = {row: on_film(maps[number], placement, GRID, GRID) for row, maps in drawn.items()}
            laid |= {floors.CENTRE: floors.centre(), floors.RANDOM: floors.random_patches(case.id)}
            if name in self._usual:
                laid[floors.USUAL] = self._usual[name]
            for row, evidence in laid.items():
                found[row].patients.append(case.group)
                found[row].localised.append(localise(evidence, question.cells))

    def _hide(self, piece: Piece, drawn: Mapping[str, NDArray[np.float32]], found: dict[str, Found]) -> None:
        for number, question in enumerate(piece.questions):
            of_rows = effects(
                self._logits,
                self._card,
                piece.inputs[question.film],
                piece.placements[question.film],
                label=question.label,
                maps={row: maps[number] for row, maps in drawn.items()},
                seed=piece.first + question.film,
            )
            for row, effect in of_rows.items():
                found[row].effects.append((piece.cases[question.film].group, effect))

    def _shuffle(self, piece: Piece, drawn: Mapping[str, NDArray[np.float32]], found: dict[str, Found]) -> None:
        asked = [(question.film, question.label) for question in piece.questions]
        for row, others in self._shuffled(piece.inputs, asked, drawn, first=piece.first, few=self._few).items():
            for number, question in enumerate(piece.questions):
                patient, placement = piece.cases[question.film].group, piece.placements[question.film]
                alike, blank = likeness(drawn[row][number], [other[number] for other in others], placement)
                found[row].blanks.append((patient, blank))
                if alike is not None:
                    found[row].likenesses.append((patient, alike))
