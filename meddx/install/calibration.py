"""Calibrate a model's card on cases that the network did not learn from: temperature, thresholds, sets, map scale."""

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.calibration import fit_temperature
from meddx.evaluate.case_records import contexts
from meddx.evaluate.input_chunks import in_chunks
from meddx.evaluate.operating_point import conformal_quantile
from meddx.evaluate.predictions import Predictions
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.explain.methods.grad_cam import GradCam
from meddx.install.progress_report import StageReport
from meddx.install.threshold_rules import YOUDEN_RULE, ThresholdRule
from meddx.model.card import Calibration, Card, ExplainedLayer
from meddx.model.loading import LoadedModel
from meddx.model.postprocessing import probabilities

WEIGHTS_FILE = "weights.keras"
VALIDATION_FILE = "predictions-validation.parquet"
TEST_FILE = "predictions-test.parquet"
SCALE_PERCENTILE = 99


def ask_images(
    loaded: LoadedModel, images: LabelledSet, name: str, report: StageReport
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return logits (n, labels) and the strongest evidence anywhere in any label's heat map (n,).

    Images go through the pixel pipeline that the app uses, with the record and note of their cases.
    name: of the stage. Raises Refused naming the row.
    """
    explain = GradCam(loaded.network if loaded.fused is None else loaded.fused.by_context)
    beside = [] if loaded.fused is None else [contexts(loaded.fused, images.cases)]
    logits: list[NDArray[np.float32]] = []
    strongest: list[NDArray[np.float32]] = []
    with report.stage(name, len(images)) as done:
        for chunk in in_chunks(images, loaded.card.input):
            start = sum(map(len, logits))
            of_chunk, maps = explain(chunk, *(one[start : start + len(chunk)] for one in beside))
            logits.append(of_chunk)
            strongest.append(maps.max(axis=(1, 2, 3)))
            done(sum(map(len, logits)))
    return np.concatenate(logits), np.concatenate(strongest)


def with_temperature(
    card: Card, logits: NDArray[np.float32], targets: NDArray[np.bool_], cases: str, coverage: float
) -> Card:
    """Return the card with the temperature fitted to these cases.

    logits, targets: (n, labels). cases: what they are, "600 validation images".
    """
    temperature = fit_temperature(logits, targets, card.task == "exclusive")
    fitted = Calibration(temperature=temperature, fitted_on=f"{cases}, cross-entropy", coverage=coverage)
    return card.model_copy(update={"calibration": fitted})


def with_map_scale(card: Card, strongest: NDArray[np.float32], cases: str) -> Card:
    """Return the card with the scale of its heat maps, which then is the same for every image.

    strongest: (n,) the strongest evidence in any label's Grad-CAM of each image.
    """
    rule = f"{SCALE_PERCENTILE}th percentile over {cases} of the strongest evidence in any label's Grad-CAM"
    scale = float(np.percentile(strongest, SCALE_PERCENTILE))
    explained = ExplainedLayer(layer=card.explained.layer, heatmap_scale=scale, scale_rule=rule)
    return card.model_copy(update={"explained": explained})


def recorded(card: Card, images: LabelledSet, logits: NDArray[np.float32]) -> Predictions:
    """Return the predictions of a set as the model folder keeps them. logits: (n, labels)."""
    groups = tuple(str(group) for group in images.groups)
    return Predictions(
        images.labels,
        tuple(images.ids),
        groups,
        images.targets(),
        logits,
        probabilities(logits, card),
        images.attributes(),
    )


def with_thresholds(
    card: Card, validation: Predictions, cases: str, rule: ThresholdRule = YOUDEN_RULE, fewest: int = 1
) -> Card:
    """Return the card with a threshold for every label that enough cases have and lack.

    cases: what they are, "600 validation images". fewest: cases with a label, and without it, that a threshold needs.
    """
    labels = []
    for column, label in enumerate(card.labels):
        p, true = validation.probabilities[:, column], validation.targets[:, column]
        enough = min(int(true.sum()), int((~true).sum())) >= fewest
        if enough and (threshold := rule.threshold(p, true)) is not None:
            chosen = {
                "threshold": threshold,
                "threshold_rule": rule.text,
                "threshold_set": f"{cases}, {int(true.sum())} with the label",
            }
            label = label.model_copy(update=chosen)  # noqa: PLW2901
        labels.append(label)
    return card.model_copy(update={"labels": tuple(labels)})


def with_prediction_sets(card: Card, validation: Predictions) -> Card:
    """Return the calibrated card with the prediction-set quantile of every label."""
    if card.calibration is None:
        raise ValueError("prediction sets need a calibrated card")
    labels = []
    for column, label in enumerate(card.labels):
        p = validation.probabilities[validation.targets[:, column], column]
        quantile = conformal_quantile(p, card.calibration.coverage)
        labels.append(label.model_copy(update={"conformal_quantile": quantile}))
    return card.model_copy(update={"labels": tuple(labels)})
