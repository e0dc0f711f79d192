"""Group a model's labels into the classes of a data set; several labels may make one class."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.model.card import Card
from meddx.model.postprocessing import probabilities

NOT_IN_CARD = "none: the card of {} {} states no threshold"
LEFT_OUT = "left out"
"""Stands in `LabelGrouping.names` for the classes whose images are not measured."""


@dataclass(frozen=True)
class LabelGrouping:
    """The labels that are measured, each made of the card's labels at the positions in `members`.

    names: the set's name of a class -> one of `labels`, or LEFT_OUT. A label on its own keeps its name and place.
    """

    card: Card
    labels: tuple[str, ...]
    members: tuple[tuple[int, ...], ...]
    names: Mapping[str, str]

    @property
    def merges(self) -> bool:
        """Return whether any label is made of several."""
        return any(len(columns) > 1 for columns in self.members)

    @property
    def thresholds(self) -> tuple[float, ...]:
        """Return the threshold of each label.

        It is the card's, NaN where that has none; 0.5 for a label that is made of several, for which no threshold was
        ever chosen.
        """
        single = self.card.thresholds([label.name for label in self.card.labels])
        return tuple(single[members[0]] if len(members) == 1 else 0.5 for members in self.members)

    @property
    def threshold_origin(self) -> str:
        """Return a phrase that says where the thresholds come from."""
        if not self.card.has_thresholds:
            return NOT_IN_CARD.format(self.card.id, self.card.version)
        if self.merges:
            return "the card's, but 0.5 for a class of several labels, which has no threshold of its own"
        return f"the card of {self.card.id} {self.card.version}"

    def logits(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the logits (n, labels) of the grouped labels.

        logits: (n, card's labels). Those of a group are T log sum exp(z / T), so that softmax at temperature T adds
        probabilities; those of labels on their own are unchanged.
        """
        temperature = self.card.temperature
        columns = [
            logits[:, members[0]]
            if len(members) == 1
            else temperature * np.logaddexp.reduce(logits[:, members].astype(np.float64) / temperature, axis=1)
            for members in self.members
        ]
        return np.stack(columns, axis=1).astype(np.float32)

    def probabilities(self, logits: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the calibrated probabilities (n, labels) of the grouped labels.

        logits: (n, card's labels). The probabilities of the labels in a group are added; they exclude each other.
        """
        single = probabilities(logits, self.card)
        return np.stack([single[:, members].sum(axis=1) for members in self.members], axis=1)


def group_labels(card: Card, classes: Mapping[str, Sequence[str]]) -> LabelGrouping:
    """Return the grouping of the card's labels into the classes of a set.

    classes: the set's name of a class -> the card's labels that it stands for; () leaves its images out.
    Raises Refused for an unknown label, one that two different classes share, or several of a multi-label model, whose
    probabilities do not add.
    """
    order = {label.name: column for column, label in enumerate(card.labels)}
    groups: dict[str, tuple[int, ...]] = {}
    for name, members in classes.items():
        unknown = sorted(set(members) - order.keys())
        if unknown:
            raise Refused(
                "unknown-label",
                f"The class {name!r} is mapped to {unknown[0]!r}, which is none of the labels {', '.join(order)}; "
                "map it to one of them.",
            )
        groups[name] = tuple(sorted(order[member] for member in set(members)))
    if card.task != "exclusive" and any(len(members) > 1 for members in groups.values()):
        raise Refused("no-merging", "Labels that do not exclude each other cannot make one class; choose one label.")
    distinct = sorted({members for members in groups.values() if members})
    taken = [column for members in distinct for column in members]
    if len(taken) > len(set(taken)):
        raise Refused("shared-label", "Two classes share a label without being the same; give each label to one class.")
    distinct += [(column,) for column in range(len(order)) if column not in taken]
    distinct.sort()
    named = {members: " or ".join(card.labels[column].name for column in members) for members in distinct}
    names = {name: named[members] if members else LEFT_OUT for name, members in groups.items()}
    return LabelGrouping(card, tuple(named[members] for members in distinct), tuple(distinct), names)
