"""Reference feature statistics of a finished model, from the films it learned from."""

from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.feature_statistics import FeatureStatistics, fit_feature_statistics, write_feature_statistics
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.model.loading import LoadedModel
from meddx.training.inputs import in_chunks
from meddx.training.report import Report

FEATURES_FILE = "features.parquet"


def write_features(
    loaded: LoadedModel, train: LabelledSet, validation: LabelledSet, folder: Path, report: Report
) -> FeatureStatistics:
    """Measure them on the films of both sets and write `folder`/features.parquet."""
    statistics = fit_feature_statistics(
        pooled_features(loaded, train, "training films", report),
        train.targets(),
        pooled_features(loaded, validation, "validation films", report),
        loaded.card.task == "exclusive",
    )
    write_feature_statistics(folder / FEATURES_FILE, statistics, loaded.card.weights.sha256)
    return statistics


def pooled_features(loaded: LoadedModel, films: LabelledSet, name: str, report: Report) -> NDArray[np.float32]:
    """(n, k): mean over rows and columns of each channel of the card's explained layer, for every film."""
    network = loaded.network
    pooled = keras.layers.GlobalAveragePooling2D()(network.outputs[0])
    network = keras.Model(network.inputs[0], pooled)
    parts: list[NDArray[np.float32]] = []
    with report.stage(name, len(films)) as done:
        for chunk in in_chunks(films, loaded.card.input):
            parts.append(np.asarray(network.predict_on_batch(chunk)))
            done(sum(map(len, parts)))
    return np.concatenate(parts)
