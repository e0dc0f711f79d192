"""What a finished model's films looked like to its network: feature statistics and reference cases."""

from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.feature_statistics import (
    FEATURES_FILE,
    FeatureStatistics,
    fit_feature_statistics,
    write_feature_statistics,
)
from meddx.evaluate.neighbours import NEIGHBOURS_FILE, fit_references, write_references
from meddx.evaluate.predictions import Predictions
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.model.card import Card
from meddx.model.loading import LoadedModel
from meddx.training.inputs import in_chunks
from meddx.training.report import Report


def write_features(
    loaded: LoadedModel,
    train: LabelledSet,
    validation: LabelledSet,
    *,
    recorded: Predictions,
    card: Card,
    folder: Path,
    report: Report,
) -> FeatureStatistics:
    """Measure both on the films of both sets and write them into `folder`.

    recorded: the model's predictions of the validation films, in their order; card: with its thresholds.
    """
    familiar, similar = halfway(loaded.network, card), card.explained.layer
    layers = [familiar, similar]
    of_training = pooled_features(loaded, train, layers, "features of training films", report)
    of_validation = pooled_features(loaded, validation, layers, "features of validation films", report)
    statistics = fit_feature_statistics(
        of_training[familiar], train.targets(), of_validation[familiar], card.task == "exclusive", familiar
    )
    write_feature_statistics(folder / FEATURES_FILE, statistics, card.weights.sha256)
    thresholds = np.array([label.threshold for label in card.labels])
    called = recorded.probabilities >= thresholds
    references = fit_references(
        of_training[similar],
        of_validation[similar],
        layer=similar,
        cases=validation.ids,
        labels=[case.labels for case in validation.cases],
        findings=[tuple(np.array(recorded.labels)[row].tolist()) for row in called],
    )
    write_references(folder / NEIGHBOURS_FILE, references, card.weights.sha256)
    return statistics


def halfway(network: keras.Model, card: Card) -> str:
    """The layer by which a film unlike the training films is told: the residual join in the middle of the network.

    The explained layer where there are no joins. The last layers of a deep network keep what tells its classes apart
    and little else: of chest films brightened to the strongest degree they missed three in four (docs/familiarity.md).
    """
    joins = [layer.name for layer in network.layers if isinstance(layer, keras.layers.Add)]
    return joins[len(joins) // 2] if joins else card.explained.layer


def pooled_features(
    loaded: LoadedModel, films: LabelledSet, layers: list[str], name: str, report: Report
) -> dict[str, NDArray[np.float32]]:
    """By layer, (n, k): mean over rows and columns of each of its channels, for every film."""
    network = loaded.network
    outputs = {layer: network.get_layer(layer).output for layer in layers}
    pooled = {layer: keras.layers.GlobalAveragePooling2D()(output) for layer, output in outputs.items()}
    network = keras.Model(network.inputs[0], pooled)
    parts: list[dict[str, NDArray[np.float32]]] = []
    with report.stage(name, len(films)) as done:
        for chunk in in_chunks(films, loaded.card.input):
            parts.append(network.predict_on_batch(chunk))
            done(sum(len(part[layers[0]]) for part in parts))
    return {layer: np.concatenate([part[layer] for part in parts]) for layer in outputs}
