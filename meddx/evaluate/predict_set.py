"""Run a model over a labelled set and record its predictions; unreadable images are counted, not fatal."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from meddx.errors import Refused
from meddx.evaluate.batched_inference import CaseForward, Forward, model_outputs
from meddx.evaluate.label_grouping import LEFT_OUT, LabelGrouping
from meddx.evaluate.predictions import Predictions
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.types import Refusal


@dataclass(frozen=True)
class PredictedSet:
    """The predictions of a model on the images of a set that could be measured.

    refused: case id -> why the image could not be measured.
    """

    predictions: Predictions
    refused: Mapping[str, Refusal]


def predict_set(
    ask: Forward | CaseForward,
    grouping: LabelGrouping,
    images: LabelledSet,
    done: Callable[[int], None] = lambda images: None,
) -> PredictedSet:
    """Return the predictions of the model of `grouping.card` for every image whose class is not left out.

    images: with the labels of `grouping` (and LEFT_OUT, where some are). done: called with the number of images so far.
    Raises Refused where none could be measured.
    """
    measured = [case for case in images.cases if LEFT_OUT not in case.labels]
    kept = LabelledSet(grouping.labels, tuple(measured))
    logits, rows = [], []
    refused: dict[str, Refusal] = {}
    so_far = 0
    for piece in model_outputs(ask, grouping.card, kept):
        for row, answer in enumerate(piece, start=so_far):
            if isinstance(answer, Refusal):
                refused[kept.cases[row].id] = answer
            else:
                logits.append(answer)
                rows.append(row)
        so_far += len(piece)
        done(so_far)
    if not rows:
        why = next(iter(refused.values())).reason if refused else "It has none."
        raise Refused("no-image-read", f"None of the {len(kept)} images of the set could be measured. {why}")
    answered = kept.subset(rows)
    every = np.stack(logits)
    known = {
        "sex": tuple(case.sex for case in answered.cases),
        "age": tuple(None if case.age is None else f"{case.age:g}" for case in answered.cases),
        "view": tuple(case.view for case in answered.cases),
    }
    predictions = Predictions(
        grouping.labels,
        tuple(answered.ids),
        tuple(str(group) for group in answered.groups),
        answered.targets(),
        grouping.logits(every),
        grouping.probabilities(every),
        {name: values for name, values in known.items() if any(value is not None for value in values)},
    )
    return PredictedSet(predictions, refused)
