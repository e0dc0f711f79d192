"""Measure the balanced accuracy of labels that exclude each other, from the predictions that a model's folder holds."""

from pathlib import Path

import numpy as np

from meddx.evaluate.predictions import read_predictions


def balanced_accuracy(folder: Path) -> float:
    """Return the mean over labels of the share of its test images that are called so, in [0, 1].

    Called is the label whose probability is highest beside its frequency among the validation images: probabilities are
    those of the mixture that the model learned from, and the mean counts rare labels as much as common ones.
    """
    test, validation = (read_predictions(folder / f"predictions-{which}.parquet") for which in ("test", "validation"))
    called = (test.probabilities / validation.targets.mean(axis=0)).argmax(axis=1)
    true = test.targets.argmax(axis=1)
    return float(np.mean([np.mean(called[true == label] == label) for label in np.unique(true)]))
