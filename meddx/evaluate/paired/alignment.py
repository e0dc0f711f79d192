"""Align systems to their common cases and labels, and report what was dropped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from meddx.errors import Refused
from meddx.evaluate.paired.common_labels import common_labels
from meddx.evaluate.paired.system import System


@dataclass(frozen=True)
class Aligned:
    """Systems aligned to the same cases and labels.

    systems: all with the same order of cases and of labels, under the first system's label names. dropped: by system,
    number of its cases that some other lacks; n_dropped: number of cases that not all systems have. unaligned: by
    system, its labels without a counterpart in all others.
    """

    systems: tuple[System, ...]
    dropped: Mapping[str, int]
    n_dropped: int
    unaligned: Mapping[str, tuple[str, ...]]

    @property
    def groups(self) -> tuple[str, ...]:
        """Return the patient of every case, (n,)."""
        return self.systems[0].predictions.groups

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the labels common to all systems."""
        return self.systems[0].labels

    @property
    def exclusive(self) -> bool:
        """Return whether every system calls exactly one of these labels for a case."""
        return all(system.exclusive for system in self.systems)

    def __len__(self) -> int:
        """Return the number of common cases."""
        return len(self.systems[0].predictions)


def align(systems: Sequence[System], renamed: Mapping[str, str] | None = None) -> Aligned:
    """Return two or more systems with different ids, restricted to their common cases and labels.

    renamed: a system's label -> the label it stands for in another, given by the user; several for one add up.
    Raises Refused where nothing is common, a case occurs twice, or true labels disagree (with the number of cases).
    """
    if len({system.id for system in systems}) < max(2, len(systems)):
        raise Refused(
            "not-two-systems", "A comparison needs two or more systems of different names; rename one or add another."
        )
    for system in systems:
        if len(set(system.predictions.cases)) < len(system.predictions):
            raise Refused("case-twice", f"{system.id} has a case more than once; give each case one row.")
    known = [set(system.predictions.cases) for system in systems]
    common = set.intersection(*known)
    if not common:
        raise Refused(
            "no-common-case",
            f"{_named(systems)} have no case in common; case ids must match exactly: write them alike.",
        )
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
    """Return all systems with the patients of the one with the fewest: without them, each case counts as a patient."""
    groups = min((system.predictions.groups for system in systems), key=lambda groups: len(set(groups)))
    return [replace(system, predictions=replace(system.predictions, groups=groups)) for system in systems]


def _named(systems: Sequence[System]) -> str:
    return ", ".join(system.id for system in systems[:-1]) + f" and {systems[-1].id}"
