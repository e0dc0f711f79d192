"""List the cases on which one of two systems is right and the other wrong."""

from dataclasses import dataclass

import numpy as np

from meddx.evaluate.paired.alignment import Aligned


@dataclass(frozen=True)
class DiscordantCase:
    """One case on which two systems differ.

    truth, called_a, called_b: labels in words; sure_a, sure_b: probability that each system gave to its own answer.
    """

    case: str
    truth: str
    a_is_right: bool
    called_a: str
    called_b: str
    sure_a: float
    sure_b: float


def discordant_cases(aligned: Aligned, a: str, b: str, label: str | None = None) -> list[DiscordantCase]:
    """Return the discordant cases in descending order of both systems' summed confidence.

    label: this label against the rest, at each system's own threshold; None: the one label called, which needs
    exclusive labels.
    """
    systems = {system.id: system for system in aligned.systems}
    both = systems[a], systems[b]
    targets = both[0].predictions.targets
    names = aligned.labels
    if label is None:
        answers = [system.predictions.probabilities.argmax(axis=1) for system in both]
        truth = targets.argmax(axis=1)
        words = list(names)
        sure = [s.predictions.probabilities.max(axis=1) for s in both]
    else:
        column = names.index(label)
        answers = [system.calls[:, column].astype(np.intp) for system in both]
        truth = targets[:, column].astype(np.intp)
        words = [f"no {label}", label]
        p = [system.predictions.probabilities[:, column] for system in both]
        sure = [np.where(answer == 1, one, 1 - one) for answer, one in zip(answers, p, strict=True)]
    right = [answer == truth for answer in answers]
    rows = np.flatnonzero(right[0] != right[1])
    rows = rows[np.argsort(-(sure[0] + sure[1])[rows], kind="stable")]
    return [
        DiscordantCase(
            both[0].predictions.cases[row],
            words[truth[row]],
            bool(right[0][row]),
            words[answers[0][row]],
            words[answers[1][row]],
            float(sure[0][row]),
            float(sure[1][row]),
        )
        for row in rows
    ]
