"""Measure how well one method's maps find what boxes and masks mark on a labelled set."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from meddx.errors import Refused
from meddx.evaluate.intervals import Interval
from meddx.evaluate.map_evaluation.annotations import ANNOTATION_GRID
from meddx.evaluate.map_evaluation.localisation import Localisation, localise
from meddx.evaluate.map_evaluation.map_queries import has_annotations, query_batches
from meddx.evaluate.map_evaluation.map_sources import method_sources
from meddx.evaluate.map_evaluation.measures import INSIDE, NEAR, POINTING
from meddx.evaluate.map_evaluation.patient_means import mean_over_maps
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.explain.methods.compiled_passes import Logits
from meddx.imaging.overlay import map_on_image
from meddx.model.loading import LoadedModel
from meddx.types import JSON


@dataclass(frozen=True)
class MarkedFindings:
    """How well the maps of `method` find what is marked: means over n maps of the true labels that are marked.

    measures: by their names in meddx.evaluate.map_evaluation.measures.
    """

    method: str
    n: int
    measures: dict[str, Interval]

    @property
    def document(self) -> JSON:
        """Return it as JSON: method, number of maps, and each measure with its interval."""
        values = {name: {"value": one.value, "low": one.low, "high": one.high} for name, one in self.measures.items()}
        return {"method": self.method, "n": self.n, **values}


def require_marks(images: LabelledSet) -> None:
    """Raise Refused("no-marks") where no box or mask is on any image."""
    if not has_annotations(images):
        raise _no_marks()


def _no_marks() -> Refused:
    return Refused(
        "no-marks",
        "Nothing that is true of an image is marked on it, so whether maps find it cannot be measured; "
        "name boxes or masks in columns of the CSV.",
    )


def marked_findings(
    loaded: LoadedModel, images: LabelledSet, method: str, done: Callable[[int], None] = lambda images_done: None
) -> MarkedFindings:
    """Return how well the method's maps find the findings that are marked on the images.

    A model that takes a record or a note is asked without them. done: called with the number of images so far. Raises
    Refused("no-marks") where none is marked, and for an image or mask that cannot be read.
    """
    require_marks(images)
    found: list[tuple[str, Localisation]] = []
    [source] = method_sources(loaded.network, [method])
    for batch in query_batches(images, loaded.card, Logits(loaded.network)):
        if batch.questions:
            asked = [(question.image, question.label) for question in batch.questions]
            maps = source.draw(batch.inputs, asked)[method].maps
            for heatmap, question in zip(maps, batch.questions, strict=True):
                placement = batch.placements[question.image]
                evidence = map_on_image(heatmap, placement, ANNOTATION_GRID, ANNOTATION_GRID)
                assert question.cells is not None  # of marked images every question has its cells
                found.append((batch.cases[question.image].group, localise(evidence, question.cells)))
        done(batch.first + len(batch.cases))
    if not found:
        raise _no_marks()
    patients = [patient for patient, _ in found]
    values = {
        POINTING: [one.pointing for _, one in found],
        NEAR: [one.near for _, one in found],
        INSIDE: [one.inside for _, one in found],
    }
    measures = {name: mean_over_maps(np.array(of), patients) for name, of in values.items()}
    return MarkedFindings(method, len(found), measures)
