"""Run a model over a labelled set and record its predictions; unreadable images are counted, not fatal."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from meddx.errors import Refused
from meddx.evaluate.batched_inference import ImageAnswer, Outputs
from meddx.evaluate.label_grouping import LEFT_OUT, LabelGrouping
from meddx.evaluate.ood_detector import OodDetector
from meddx.evaluate.predictions import Predictions
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.evaluate.training_similarity import similarity_attributes
from meddx.types import Refusal


@dataclass(frozen=True)
class PredictedSet:
    """The predictions of a model on the images of a set that could be measured.

    refused: case id -> why the image could not be measured.
    """

    predictions: Predictions
    refused: Mapping[str, Refusal]


def predict_set(
    outputs: Outputs,
    grouping: LabelGrouping,
    images: LabelledSet,
    done: Callable[[int], None] = lambda images: None,
    *,
    detector: OodDetector | None = None,
) -> PredictedSet:
    """Return the predictions of the model of `grouping.card` for every image whose class is not left out.

    outputs: what answers. images: with the labels of `grouping` (and LEFT_OUT, where some are). done: called with the
    number of images so far. detector: whose distances the answers hold, None where they hold none. Raises Refused where
    none could be measured.
    """
    measured = [case for case in images.cases if LEFT_OUT not in case.labels]
    kept = LabelledSet(grouping.labels, tuple(measured))
    answers, rows = [], []
    refused: dict[str, Refusal] = {}
    so_far = 0
    for piece in outputs(kept, 0):
        for row, answer in enumerate(piece, start=so_far):
            if isinstance(answer, Refusal):
                refused[kept.cases[row].id] = answer
            else:
                answers.append(answer)
                rows.append(row)
        so_far += len(piece)
        done(so_far)
    if not rows:
        why = next(iter(refused.values())).reason if refused else "It has none."
        raise Refused("no-image-read", f"None of the {len(kept)} images of the set could be measured. {why}")
    return PredictedSet(predictions_of(kept.subset(rows), answers, grouping, detector), refused)


def predictions_of(
    images: LabelledSet, answers: Sequence[ImageAnswer], grouping: LabelGrouping, detector: OodDetector | None
) -> Predictions:
    """Return the predictions for images with an answer each.

    detector: whose distances the answers hold; None where the model has none. What is known of at least one case
    becomes an attribute.
    """
    logits = np.stack([answer.logits for answer in answers])
    known: dict[str, tuple[str | None, ...]] = {
        "sex": tuple(case.sex for case in images.cases),
        "age": tuple(None if case.age is None else f"{case.age:g}" for case in images.cases),
        "view": tuple(case.view for case in images.cases),
    }
    if detector is not None:
        known |= similarity_attributes([answer.distance for answer in answers], detector.threshold, grouping.card)
    return Predictions(
        images.labels,
        tuple(images.ids),
        tuple(str(group) for group in images.groups),
        images.targets(),
        grouping.logits(logits),
        grouping.probabilities(logits),
        {name: values for name, values in known.items() if any(value is not None for value in values)},
    )
