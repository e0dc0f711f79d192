"""Represent the systems of a comparison: models, external scores, readers and consensus, with their thresholds."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.predictions import Predictions
from meddx.model.card import Card

SystemKind = Literal["model", "version", "file", "reader", "consensus"]
"""version: an earlier version of an installed model, of which only recorded predictions are available."""


@dataclass(frozen=True)
class System:
    """One system of a comparison: its predictions and thresholds.

    thresholds: by column of `predictions`; a score at or above it is a call, NaN: none is stated. codes: by label, the
    (scheme, value) of its coded concept, None where none is known. exclusive: one label is true in each case, and the
    most probable is called over all labels. scored: False for readers and majorities, who name labels and give no
    probability: theirs are 0 or 1, and no curve or calibration is made of them. parameters: of its networks together,
    None when unknown. reversed_from: as of ExternalPredictions. is_calibrated: False for a model whose card knows no
    calibration; it gives raw scores. network: identifies the network and its input, None where they are not known; what
    is of one network differs in calibration alone. ranks_by_logit: whether a label's probability rises with one number
    of the network at any temperature: that of independent labels and of two exclusive ones does.
    """

    id: str
    title: str
    kind: SystemKind
    predictions: Predictions
    thresholds: tuple[float, ...]
    codes: tuple[tuple[str, str] | None, ...]
    exclusive: bool
    scored: bool = True
    parameters: int | None = None
    version: str = ""
    is_calibrated: bool = True
    reversed_from: float | None = None
    network: str | None = None
    ranks_by_logit: bool = False

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 (hex) of everything in it: equal digests mean equal systems."""
        rest = [getattr(self, one.name) for one in fields(self) if one.name != "predictions"]
        return hashlib.sha256(repr((self.predictions.digest, rest)).encode()).hexdigest()

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the labels, in the order of the columns."""
        return self.predictions.labels

    @property
    def has_thresholds(self) -> bool:
        """Return whether a threshold is stated for every label."""
        return not any(math.isnan(threshold) for threshold in self.thresholds)

    @property
    def calls(self) -> NDArray[np.bool_]:
        """Return whether each label is called at its own threshold, bool (n, labels)."""
        return np.asarray(self.predictions.probabilities >= np.asarray(self.thresholds))

    def of_cases(self, rows: Sequence[int] | NDArray[np.intp]) -> "System":
        """Return the system restricted to the cases at these positions."""
        return replace(self, predictions=self.predictions.subset(rows))

    def of_labels(self, columns: Sequence[int]) -> "System":
        """Return the system restricted to the labels at these positions; exclusive only when none is left out."""
        whole, index = self.predictions, list(columns)
        predictions = replace(
            whole,
            labels=tuple(whole.labels[column] for column in index),
            targets=whole.targets[:, index],
            logits=whole.logits[:, index],
            probabilities=whole.probabilities[:, index],
        )
        return replace(
            self,
            predictions=predictions,
            thresholds=tuple(self.thresholds[column] for column in index),
            codes=tuple(self.codes[column] for column in index),
            exclusive=self.exclusive and len(index) == len(whole.labels),
        )


def system_of_model(card: Card, predictions: Predictions) -> System:
    """Return a model's predictions as a system with the thresholds and codes of its card.

    The labels and their order are those of `predictions`.
    """
    by_name = {label.name: label for label in card.labels}
    labels = [by_name[name] for name in predictions.labels]
    return System(
        card.id,
        card.title,
        "model",
        predictions,
        card.thresholds(predictions.labels),
        tuple((label.code.scheme, label.code.value) if label.code else None for label in labels),
        exclusive=card.task == "exclusive",
        parameters=card.weights.parameters,
        version=card.version,
        is_calibrated=card.calibration is not None,
        network=f"{card.weights.sha256} {card.input!r}",
        ranks_by_logit=card.task == "multilabel" or len(card.labels) == 2,
    )


def system_of_file(name: str, predictions: Predictions, thresholds: Sequence[float], *, exclusive: bool) -> System:
    """Return an external system's scores as a system, with labels without codes."""
    codes = (None,) * len(predictions.labels)
    return System(name, name, "file", predictions, tuple(thresholds), codes, exclusive)


def system_of_reader(name: str, predictions: Predictions, called: Sequence[str]) -> System:
    """Return a reader, who named one label of each case, as a system.

    predictions: source of the cases and the truth; called: (n,) labels.
    """
    chosen = np.array([[label == one for label in predictions.labels] for one in called], np.float64)
    exclusive = bool((predictions.targets.sum(axis=1) == 1).all()) and len(predictions.labels) > 1
    read = replace(predictions, probabilities=chosen, logits=chosen.astype(np.float32))
    half = (0.5,) * len(predictions.labels)
    return System(name, name, "reader", read, half, (None,) * len(half), exclusive, scored=False)
