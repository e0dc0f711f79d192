"""What is compared: a model, another system's scores, a reader, or a consensus; each with its own thresholds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.predictions import Predictions
from meddx.model.card import Card

Kind = Literal["model", "file", "reader", "consensus"]


@dataclass(frozen=True)
class System:
    """One column of a comparison.

    thresholds: by column of `predictions`; a probability at or above it is a call. codes: by label, the (scheme, value)
    of its coded concept, None where none is known. exclusive: one label is true in each case, and the most probable is
    called over all labels. scored: False for readers and majorities, who name labels and give no probability: theirs
    are 0 or 1, and no curve or calibration is made of them. parameters: of its networks together, None when unknown.
    """

    id: str
    title: str
    kind: Kind
    predictions: Predictions
    thresholds: tuple[float, ...]
    codes: tuple[tuple[str, str] | None, ...]
    exclusive: bool
    scored: bool = True
    parameters: int | None = None
    version: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """In the order of the columns."""
        return self.predictions.labels

    @property
    def calls(self) -> NDArray[np.bool_]:
        """(n, labels): each label against its own threshold."""
        return np.asarray(self.predictions.probabilities >= np.asarray(self.thresholds))

    def of_cases(self, rows: Sequence[int] | NDArray[np.intp]) -> "System":
        """The same of the cases at these positions."""
        return replace(self, predictions=self.predictions.subset(rows))

    def of_labels(self, columns: Sequence[int]) -> "System":
        """The same of the labels at these positions; exclusive only when none is left out."""
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


def of_model(card: Card, predictions: Predictions) -> System:
    """A model's predictions with the thresholds and codes of its card. Columns as in `predictions`, labels as there."""
    by_name = {label.name: label for label in card.labels}
    labels = [by_name[name] for name in predictions.labels]
    return System(
        card.id,
        card.title,
        "model",
        predictions,
        tuple(label.threshold for label in labels),
        tuple((label.code.scheme, label.code.value) for label in labels),
        exclusive=card.task == "exclusive",
        parameters=card.weights.parameters,
        version=card.version,
    )


def of_file(name: str, predictions: Predictions, thresholds: Sequence[float] | None = None) -> System:
    """Another system's scores: exclusive when every case has one true label and its scores sum to 1.

    thresholds: as stated with the scores; else 0.5 for every label, since no other is known.
    """
    p, targets = predictions.probabilities, predictions.targets
    exclusive = targets.shape[1] > 1 and bool((targets.sum(1) == 1).all() and np.allclose(p.sum(1), 1, atol=1e-3))
    known = tuple(thresholds) if thresholds is not None else (0.5,) * len(predictions.labels)
    return System(name, name, "file", predictions, known, (None,) * len(predictions.labels), exclusive)
