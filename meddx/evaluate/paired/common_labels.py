"""Match the labels of systems to each other, by coded concept first, otherwise by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from meddx.errors import Refused
from meddx.evaluate.paired.system import System
from meddx.model.card import Card

LabelColumns = tuple[tuple[int, ...], ...]
"""For every common label, the columns of one system that correspond to it; several add up."""


class Labelled(Protocol):
    """An object with named labels: a System, or the labels of a card (card_labels)."""

    @property
    def id(self) -> str:
        """Return the name."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the label names, in the order of the columns."""

    @property
    def codes(self) -> tuple[tuple[str, str] | None, ...]:
        """Return scheme and value of each label's coded concept, None where none is known."""


@dataclass(frozen=True)
class CardLabels:
    """The labels of a model card, with their coded concepts."""

    id: str
    labels: tuple[str, ...]
    codes: tuple[tuple[str, str] | None, ...]


def card_labels(card: Card) -> CardLabels:
    """Return the labels of a card as an argument for common_labels."""
    codes = tuple((label.code.scheme, label.code.value) if label.code else None for label in card.labels)
    return CardLabels(card.id, tuple(label.name for label in card.labels), codes)


@dataclass(frozen=True)
class CommonLabels:
    """The labels that several systems have in common.

    names: as the first system names them; columns: by system; unaligned: by system id, its labels that are left over.
    """

    names: tuple[str, ...]
    columns: tuple[LabelColumns, ...]
    unaligned: dict[str, tuple[str, ...]]

    def applied(self, system: System, columns: LabelColumns) -> System:
        """Return the system restricted to the common labels.

        Where several columns stand for one label, their probabilities add up and the sum is called at 0.5.
        """
        if all(len(own) == 1 for own in columns):
            found = system.of_labels([own[0] for own in columns])
            return replace(found, predictions=replace(found.predictions, labels=self.names))
        whole = system.predictions
        p = np.stack([whole.probabilities[:, own].sum(axis=1) for own in columns], axis=1)
        used = sum(len(own) for own in columns)
        return replace(
            system,
            predictions=replace(
                whole,
                labels=self.names,
                targets=np.stack([whole.targets[:, own].any(axis=1) for own in columns], axis=1),
                logits=np.log(np.clip(p, 1e-12, 1 - 1e-12) / np.clip(1 - p, 1e-12, None)).astype(np.float32),
                probabilities=np.minimum(p, 1.0),
            ),
            # A sum has no threshold of its own: it is called at even odds, which the caller says.
            thresholds=tuple(system.thresholds[own[0]] if len(own) == 1 else 0.5 for own in columns),
            codes=tuple(system.codes[own[0]] if len(own) == 1 else None for own in columns),
            exclusive=system.exclusive and used == len(whole.labels),
            network=None,  # which knows of no sums
        )


def common_labels(systems: Sequence[Labelled], renamed: Mapping[str, str]) -> CommonLabels:
    """Return the labels that every system has, in the first one's order.

    Two labels are the same when their coded concepts are (scheme and value); where either has no code, or shares it
    with another label of its own system, when their names are, without regard to case.
    renamed: label -> the name it stands for, whatever its code.
    Raises Refused when none is common.
    """
    wanted = {name.casefold(): target.casefold() for name, target in renamed.items()}

    def stands_for(system: Labelled, column: int) -> str:
        name = system.labels[column].casefold()
        return wanted.get(name, name)

    def code_of(system: Labelled, column: int) -> tuple[str, str] | None:
        renamed_by_user = system.labels[column].casefold() in wanted
        return None if renamed_by_user or system.codes.count(system.codes[column]) > 1 else system.codes[column]

    first = systems[0]
    names: dict[str, list[int]] = {}
    for column in range(len(first.labels)):
        names.setdefault(stands_for(first, column), []).append(column)
    found: list[tuple[str, list[tuple[int, ...]]]] = []
    for name, own in names.items():
        per_system = [tuple(own)]
        code = code_of(first, own[0]) if len(own) == 1 else None
        for other in systems[1:]:
            same = []
            for column in range(len(other.labels)):
                theirs = code_of(other, column)
                by_code = code is not None and theirs is not None
                if theirs == code if by_code else stands_for(other, column) == name:
                    same.append(column)
            per_system.append(tuple(same))
        if all(per_system):
            kept = first.labels[own[0]] if len(own) == 1 else name
            found.append((kept, per_system))
    if not found:
        listed = "; ".join(f"{system.id}: {', '.join(system.labels)}" for system in systems)
        raise Refused("no-common-label", f"No label means the same in all of them ({listed}); say which with --map.")
    columns = tuple(tuple(per_system[at] for _, per_system in found) for at in range(len(systems)))
    unaligned = {}
    for system, used in zip(systems, columns, strict=True):
        taken = {column for own in used for column in own}
        unaligned[system.id] = tuple(label for at, label in enumerate(system.labels) if at not in taken)
    return CommonLabels(tuple(name for name, _ in found), columns, unaligned)
