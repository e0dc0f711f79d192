"""Answer an image with a loaded model: prediction, likeness to the training images, and what to be careful about."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from meddx.engine.batching import BatchOutput
from meddx.engine.contract import Record
from meddx.engine.loaded_models import EngineModel
from meddx.evaluate.cautions import NOT_CALIBRATED
from meddx.imaging.preprocessing import model_input
from meddx.model import acceptance, beside_image, postprocessing
from meddx.model.card import Card
from meddx.types import Image, OodScore, Placement, Prediction

CUT = "The model sees the middle of this image: what lies beyond its square input was cut off."
NEGATIVE = (
    "This image looks like a negative: with its grey values inverted it is like the images that this model suits. "
    "Its Photometric Interpretation may be wrong; see the original, or save it inverted and add it again."
)


def answer(image: Image, model: EngineModel, record: Record, note: str) -> Prediction:
    """Return the model's prediction for an image with this record and note.

    Raises Refused where the card does not accept the image, and CardError where the model cannot be used.
    """
    notes = acceptance.check_accepted(model.card, image)
    prepared, placement = model_input(image, model.card.input)
    answers = model.batcher  # loads the model
    shared = None
    if model.beside is None:
        explained = answers(prepared)
    else:
        explained, shared = model.beside.answer(answers, prepared, record, note)
        notes += beside_image.sentences(model.card, shared)
    said = prediction(model.card, explained, placement, notes)
    ood = _ood(model, explained, prepared)
    cautions = acceptance.patient_cautions(model.card, image)
    if ood is not None and ood.is_outside and _suits_as_negative(image, model):
        cautions += (NEGATIVE,)
    _, _, *features = explained
    return replace(
        said,
        cautions=cautions,
        ood=ood,
        similar_cases=model.references.similar_cases(features),
        contributions=shared,
    )


def prediction(card: Card, explained: BatchOutput, placement: Placement, notes: tuple[str, ...] = ()) -> Prediction:
    """Return the prediction for one image, as its card defines it.

    explained: logits (labels,) and heat maps (labels, rows, columns).
    """
    logits, maps, *_ = explained
    names = [label.name for label in card.labels]
    probability = postprocessing.probabilities(logits, card)
    possible = postprocessing.prediction_set(probability, card)
    if card.calibration is None:
        notes += (NOT_CALIBRATED,)
    if placement.is_cut:
        notes += (CUT,)
    if possible == () and card.task == "exclusive":  # of several independent labels all may be ruled out
        notes += ("No label is as likely as it was among validation cases: this image may lie outside what it knows.",)
    return Prediction(
        model=card.id,
        version=card.version,
        logits=dict(zip(names, logits.tolist(), strict=True)),
        probabilities=dict(zip(names, probability.tolist(), strict=True)),
        findings=postprocessing.findings(probability, card),
        prediction_set=possible,
        heatmaps=dict(zip(names, maps, strict=True)),
        heatmap_scale=card.explained.heatmap_scale,
        placement=placement,
        notes=notes,
        is_calibrated=card.calibration is not None,
    )


def _ood(model: EngineModel, explained: BatchOutput, prepared: NDArray[np.float32]) -> OodScore | None:
    _, _, *features = explained
    return model.references.ood(features, prepared, model.card.input)


def _suits_as_negative(image: Image, model: EngineModel) -> bool:
    """Return whether a grey image that the model does not suit would suit it with its grey values inverted."""
    if image.is_colour:
        return False
    prepared, _ = model_input(replace(image, inverted=not image.inverted), model.card.input)
    absent = [] if model.beside is None else [model.beside.absent[0]]
    ood = _ood(model, model.batcher(prepared, *absent), prepared)
    return ood is not None and not ood.is_outside
