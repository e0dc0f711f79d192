"""Draw and evaluate a model's maps over a set of images: of every method, of tf-keras-vis and of the baselines."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.map_evaluation import baselines
from meddx.evaluate.map_evaluation.annotations import ANNOTATION_GRID
from meddx.evaluate.map_evaluation.localisation import Localisation, localise
from meddx.evaluate.map_evaluation.map_queries import QueryBatch, query_batches
from meddx.evaluate.map_evaluation.map_sources import MapSource
from meddx.evaluate.map_evaluation.sanity_checks import Shuffled, effects, likeness, marks_nothing
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.explain.methods import QUICK
from meddx.explain.methods.compiled_passes import Logits
from meddx.imaging.overlay import map_on_image
from meddx.model.card import Card


@dataclass
class RowResult:
    """The results of one row of the table.

    patients, localised: of each map; empty: likewise, (patient, whether it marks nothing); effects, likenesses, blanks:
    (patient, value) of some of them; passing: (patient, whether the map of a finding passes its quick check), of some;
    strongest: of each image, the highest value in any label's map. seconds: for `images` images, every label.
    """

    patients: list[str] = field(default_factory=list)
    localised: list[Localisation] = field(default_factory=list)
    effects: list[tuple[str, float]] = field(default_factory=list)
    likenesses: list[tuple[str, float]] = field(default_factory=list)
    blanks: list[tuple[str, float]] = field(default_factory=list)
    empty: list[tuple[str, float]] = field(default_factory=list)
    passing: list[tuple[str, float]] = field(default_factory=list)
    strongest: list[float] = field(default_factory=list)
    seconds: float = 0.0
    images: int = 0


class MapEvaluator:
    """An evaluator of one model's maps.

    sources: of the rows; methods: those whose network is shuffled as well. usual: as baselines.typical_locations.
    some: images for slow methods; hidden: images of which parts are hidden; few: images for what shuffles weights, a
    third of them for slow methods.
    """

    def __init__(
        self,
        network: keras.Model,
        card: Card,
        sources: Sequence[MapSource],
        methods: Sequence[str],
        *,
        usual: Mapping[str, baselines.ImageMap],
        some: int,
        hidden: int,
        few: int,
    ) -> None:
        self._card, self._sources, self._usual = card, sources, usual
        self._some, self._hidden, self._few = some, hidden, few
        self._logits = Logits(network)
        self._shuffled = Shuffled(network, methods)

    def over(self, images: LabelledSet, done: Callable[[int], None]) -> dict[str, RowResult]:
        """Return the results on these images by row, baselines last.

        done: called with the number of images so far. Raises Refused for an image or mask that cannot be read.
        """
        found = {row: RowResult() for source in self._sources for row in source.rows}
        found |= {row: RowResult() for row in baselines.BASELINE_TITLES}
        for piece in query_batches(images, self._card, self._logits):
            if piece.questions:
                drawn: dict[str, NDArray[np.float32]] = {}
                for source in self._sources:
                    if piece.first < source.images(len(images), self._some):
                        drawn |= self._draw(source, piece, found)
                self._localise(piece, drawn, found)
                if piece.first < self._hidden:
                    self._hide(piece, drawn, found)
                self._shuffle(piece, drawn, found)
            done(piece.first + len(piece.cases))
        return found

    def _draw(
        self, source: MapSource, piece: QueryBatch, found: dict[str, RowResult]
    ) -> dict[str, NDArray[np.float32]]:
        start = time.perf_counter()
        drawn = source.draw(piece.inputs, [(question.image, question.label) for question in piece.questions])
        seconds = time.perf_counter() - start
        patients = [piece.cases[question.image].group for question in piece.questions]
        for row, one in drawn.items():
            found[row].empty += zip(patients, (float(marks_nothing(heatmap)) for heatmap in one.maps), strict=True)
            if piece.first or source.passes > QUICK:  # a quick one's first piece is mostly compilation
                found[row].seconds += seconds
                found[row].images += len(piece.inputs)
            if one.strongest is not None:
                found[row].strongest += one.strongest.tolist()
        return {row: one.maps for row, one in drawn.items()}

    def _localise(
        self, piece: QueryBatch, drawn: Mapping[str, NDArray[np.float32]], found: dict[str, RowResult]
    ) -> None:
        for number, question in enumerate(piece.questions):
            if question.cells is None:
                continue
            case, name = piece.cases[question.image], self._card.labels[question.label].name
            placement = piece.placements[question.image]
            laid = {
                row: map_on_image(maps[number], placement, ANNOTATION_GRID, ANNOTATION_GRID)
                for row, maps in drawn.items()
            }
            laid |= {baselines.CENTRE: baselines.centre_baseline(), baselines.RANDOM: baselines.random_patches(case.id)}
            if name in self._usual:
                laid[baselines.TYPICAL_LOCATION] = self._usual[name]
            for row, evidence in laid.items():
                found[row].patients.append(case.group)
                found[row].localised.append(localise(evidence, question.cells))

    def _hide(self, piece: QueryBatch, drawn: Mapping[str, NDArray[np.float32]], found: dict[str, RowResult]) -> None:
        for number, question in enumerate(piece.questions):
            of_rows = effects(
                self._logits,
                self._card,
                piece.inputs[question.image],
                piece.placements[question.image],
                label=question.label,
                maps={row: maps[number] for row, maps in drawn.items()},
                seed=piece.first + question.image,
            )
            for row, effect in of_rows.items():
                found[row].effects.append((piece.cases[question.image].group, effect))

    def _shuffle(
        self, piece: QueryBatch, drawn: Mapping[str, NDArray[np.float32]], found: dict[str, RowResult]
    ) -> None:
        asked = [(question.image, question.label) for question in piece.questions]
        for row, others in self._shuffled(piece.inputs, asked, drawn, first=piece.first, few=self._few).items():
            for number, question in enumerate(piece.questions):
                patient, placement = piece.cases[question.image].group, piece.placements[question.image]
                alike, blank = likeness(drawn[row][number], [other[number] for other in others], placement)
                found[row].blanks.append((patient, blank))
                if alike is not None:
                    found[row].likenesses.append((patient, alike))
