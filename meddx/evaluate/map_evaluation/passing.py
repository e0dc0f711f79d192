"""Measure how often the map of a finding passes its quick check, as Diagnose makes it before it shows any colour."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.map_evaluation.map_queries import query_batches
from meddx.evaluate.map_evaluation.map_sources import MapSource, method_sources
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.explain.map_check.area_effects import scores_of_label
from meddx.explain.map_check.quick_check import copies_with_noise, quick_check, quick_measures
from meddx.explain.map_check.verdicts import overall_verdict, verdict_thresholds
from meddx.explain.map_limits import MapLimits
from meddx.explain.methods import SLOW
from meddx.explain.methods.compiled_passes import Logits
from meddx.model.loading import LoadedModel
from meddx.model.postprocessing import findings, log_odds, probabilities
from meddx.types import Placement


class QuickVerdict(NamedTuple):
    """Say whether the map of one finding passes. case, patient: of the set; label: name of the finding."""

    case: str
    patient: str
    label: str
    passed: bool


class PassingMaps:
    """Check maps of one model by several methods. Methods of SLOW passes or more are left out.

    own: limits set on the model's own images, None where there are none.
    """

    def __init__(self, loaded: LoadedModel, methods: Sequence[str], own: MapLimits | None) -> None:
        self._card, self._logits = loaded.card, Logits(loaded.network)
        self._thresholds = verdict_thresholds(loaded.card.weights.sha256, own)
        self._sources = [source for source in method_sources(loaded.network, methods) if source.passes < SLOW]

    def over(self, images: LabelledSet, done: Callable[[int], None]) -> dict[str, list[QuickVerdict]]:
        """Return for each method what the quick check says of the map of every finding of the images.

        A finding is a label at or above its cut-off, other than one for the absence of disease; maps that mark nothing
        are left out. Where findings are marked, those that the image has. done: called with the number of images so
        far. Raises Refused for an image or mask that cannot be read.
        """
        found: dict[str, list[QuickVerdict]] = {}
        for piece in query_batches(images, self._card, self._logits):
            logits = self._logits(piece.inputs)
            for question in piece.questions:
                label = self._card.labels[question.label]
                called = findings(probabilities(logits[question.image], self._card), self._card)
                if label.absence or label.name not in called:
                    continue
                image, placement = piece.inputs[question.image], piece.placements[question.image]
                case = piece.cases[question.image]
                for source in self._sources:
                    for method, passed in self._checks(source, image, question.label, placement):
                        found.setdefault(method, []).append(QuickVerdict(case.id, case.group, label.name, passed))
            done(piece.first + len(piece.cases))
        return found

    def _checks(
        self, source: MapSource, image: NDArray[np.float32], label: int, placement: Placement
    ) -> Iterator[tuple[str, bool]]:
        """Yield each method of the source whose map marks anything, and whether the map passes."""
        titles = [one.title for one in self._card.labels]
        drawn = source.draw(image[np.newaxis], [(0, other) for other in range(len(titles))])

        def scores(images: NDArray[np.float32]) -> NDArray[np.float64]:
            logits = self._logits(images)
            return scores_of_label(logits, partial(log_odds, card=self._card), label)

        for method in source.rows:

            def draw(images: NDArray[np.float32], method: str = method) -> NDArray[np.float32]:
                return source.draw(images, [(at, label) for at in range(len(images))])[method].maps

            numbers = quick_check(
                image,
                label,
                placement,
                maps=drawn[method].maps,
                scores=scores,
                draw=draw,
                copies=copies_with_noise(method),
            )
            if numbers.marks:
                yield method, overall_verdict(quick_measures(numbers, titles, self._thresholds)) == "reliable"
