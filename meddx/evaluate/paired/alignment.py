"""Bring systems to the same cases and the same labels, and say what was lost on the way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from meddx.errors import Refused
from meddx.evaluate.paired.common_labels import common_labels
from meddx.evaluate.paired.system import System


@dataclass(frozen=True)
class Aligned:
    """systems: with the cases in one order and the labels in one order, under the first system's names.

    dropped: by system, its cases that some other lacks; n_dropped: cases that some system has and not all.
    unaligned: by system, its labels that have no counterpart in all others.
    """

    systems: tuple[System, ...]
    dropped: Mapping[str, int]
    n_dropped: int
    unaligned: Mapping[str, tuple[str, ...]]

    @property
    def groups(self) -> tuple[str, ...]:
        """(n,) patient of every case."""
        return self.systems[0].predictions.groups

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that all have."""
        return self.systems[0].labels

    @property
    def exclusive(self) -> bool:
        """Whether every system calls exactly one of these labels for a case."""
        return all(system.exclusive for system in self.systems)

    def __len__(self) -> int:
        """Number of common cases."""
        return len(self.systems[0].predictions)


def align(systems: Sequence[System], renamed: Mapping[str, str] | None = None) -> Aligned:
    """The common cases and labels of two or more systems with different ids.

    renamed: a system's label -> the label it stands for in another, as the user says; several to one add up.
    Raises Refused where nothing is common, a case stands twice, or true labels disagree (it says for how many cases).
    """
    if len({system.id for system in systems}) < max(2, len(systems)):
        raise Refused("not-two-systems", "A comparison needs two or more systems of different names.")
    for system in systems:
        if len(set(system.predictions.cases)) < len(system.predictions):
            raise Refused("case-twice", f"{system.id} has a case more than once; give each case one row.")
    known = [set(system.predictions.cases) for system in systems]
    common = set.intersection(*known)
    if not common:
        raise Refused("no-common-case", f"{_named(systems)} have no case in common; case ids must match exactly.")
    chosen = common_labels(systems, renamed or {})
    order = [case for case in systems[0].predictions.cases if case in common]
    brought = []
    for system, columns in zip(systems, chosen.columns, strict=True):
        row_of = {case: row for row, case in enumerate(system.predictions.cases)}
        of_labels = chosen.applied(system, columns)
        brought.append(of_labels.of_cases([row_of[case] for case in order]))
    _same_truth(brought)
    return Aligned(
        tuple(_same_patients(brought)),
        {system.id: len(cases) - len(common) for system, cases in zip(systems, known, strict=True)},
        len(set.union(*known)) - len(common),
        chosen.unaligned,
    )


def _same_truth(systems: Sequence[System]) -> None:
    truth = systems[0].predictions.targets
    for system in systems[1:]:
        differ = int((system.predictions.targets != truth).any(axis=1).sum())
        if differ:
            raise Refused(
                "truths-disagree",
                f"{systems[0].id} and {system.id} have different true labels for {differ} of {len(truth)} common "
                "cases; correct the labels, since one of them is wrong.",
            )


def _same_patients(systems: Sequence[System]) -> list[System]:
    """Everyone with the patients of whoever knows them best: a file without them counts every case as a patient."""
    groups = min((system.predictions.groups for system in systems), key=lambda groups: len(set(groups)))
    return [replace(system, predictions=replace(system.predictions, groups=groups)) for system in systems]


def _named(systems: Sequence[System]) -> str:
    return ", ".join(system.id for system in systems[:-1]) + f" and {systems[-1].id}"
