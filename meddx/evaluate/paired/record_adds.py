"""Measure what a record adds to the image: a fusion against its image alone and its record alone, on the same cases."""

from collections.abc import Sequence

from meddx.evaluate.paired.alignment import align
from meddx.evaluate.paired.comparison import Comparison, compare
from meddx.evaluate.paired.difference import PairedDifference
from meddx.evaluate.paired.parts_alone import parts_alone
from meddx.evaluate.paired.summary_sentences import difference_sentence
from meddx.evaluate.paired.system_sources import recorded_system
from meddx.model.registry import ModelFolder
from meddx.types import Progress, no_progress

SAID = ("auroc", "accuracy")
"""The metrics that are put into words."""


def what_the_record_adds(model: ModelFolder, progress: Progress = no_progress) -> Comparison:
    """Return the comparison of a fusion with its image alone and its record alone, over all labels.

    Of its recorded test cases. Raises Refused for a model without what its parts say alone.
    """
    aligned = align([recorded_system(model), *parts_alone(model)])
    return compare(aligned, labels=[None], progress=progress)


def of_the_fusion(found: Comparison) -> list[PairedDifference]:
    """Return the differences between the fusion and each of its parts, without that between the parts."""
    fusion = found.aligned.systems[0].id
    return [one for one in found.differences if one.a == fusion]


def added_sentences(found: Comparison, metrics: Sequence[str] = SAID) -> list[str]:
    """Return a sentence for each part and metric: both values, the difference, its interval and its test."""
    systems = found.aligned.systems
    titles = {systems[0].id: "image and record together"}
    titles |= {system.id: f"the {system.id.removeprefix(f'{systems[0].id}: ')}" for system in systems[1:]}
    patients = systems[0].predictions.n_patients
    pairs = len(systems) * (len(systems) - 1) // 2
    return [
        difference_sentence(one, titles, cases=len(found.aligned), patients=patients, compared=pairs)
        for metric in metrics
        for one in of_the_fusion(found)
        if one.metric == metric
    ]
