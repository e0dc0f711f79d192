"""Compute feature statistics and reference cases from a finished model's images."""

from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.evaluate.input_chunks import in_chunks
from meddx.evaluate.ood_detector import FEATURES_FILE, OodDetector, write_ood_detector
from meddx.evaluate.predictions import Predictions
from meddx.evaluate.reference_cases import REFERENCE_CASES_FILE, fit_reference_cases, write_reference_cases
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.install.ood_reference import build_ood_reference
from meddx.install.progress_report import StageReport
from meddx.model.card import Card
from meddx.model.connected_network import connected_network
from meddx.model.loading import LoadedModel


def write_features(
    loaded: LoadedModel,
    train: LabelledSet,
    validation: LabelledSet,
    *,
    recorded: Predictions,
    card: Card,
    folder: Path,
    report: StageReport,
) -> OodDetector | None:
    """Measure both on the images of both sets, write them into `folder` and return the statistics.

    recorded: the model's predictions of the validation images, in their order; card: with its thresholds. None, and
    said in the report, where the images are too few to tell which are unlike them: then no such file is written.
    """
    statistics = None
    try:
        statistics = build_ood_reference(loaded, train, validation, report=report)
        write_ood_detector(folder / FEATURES_FILE, statistics, card.weights.sha256)
    except Refused as refused:
        if refused.rule != "too-few-images":
            raise
        report.say(f"No image will be called unlike the training images: {refused.reason}")
    similar = card.explained.layer
    of_training = pooled_features(loaded, train, [similar], "features of training images", report)
    of_validation = pooled_features(loaded, validation, [similar], "features of validation images", report)
    called = recorded.probabilities >= np.array(card.thresholds(recorded.labels))  # never where there is none
    references = fit_reference_cases(
        of_training[similar],
        of_validation[similar],
        layer=similar,
        cases=validation.ids,
        labels=[case.labels for case in validation.cases],
        findings=[tuple(np.array(recorded.labels)[row].tolist()) for row in called],
    )
    write_reference_cases(folder / REFERENCE_CASES_FILE, references, card.weights.sha256)
    return statistics


def pooled_features(
    loaded: LoadedModel, images: LabelledSet, layers: list[str], name: str, report: StageReport
) -> dict[str, NDArray[np.float32]]:
    """Return by layer (n, k): the mean over rows and columns of each of its channels, for every image."""
    outputs = {layer: loaded.network.get_layer(layer).output for layer in layers}
    pooled = {layer: keras.layers.GlobalAveragePooling2D()(output) for layer, output in outputs.items()}
    network = connected_network(loaded.network.inputs[0], pooled, loaded.network)
    parts: list[dict[str, NDArray[np.float32]]] = []
    with report.stage(name, len(images)) as done:
        for chunk in in_chunks(images, loaded.card.input):
            parts.append(network.predict_on_batch(chunk))
            done(sum(len(part[layers[0]]) for part in parts))
    return {layer: np.concatenate([part[layer] for part in parts]) for layer in outputs}
