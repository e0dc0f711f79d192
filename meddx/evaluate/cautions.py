"""Warnings about numbers: scores that look reversed, thresholds chosen on the same cases, many looks, raw scores."""

import math
from collections.abc import Mapping, Sequence

from meddx.evaluate.assessment import Estimate, Estimates

NOT_CALIBRATED = "Not calibrated here: the numbers are the model's raw scores, not probabilities of disease."
OPTIMISTIC = "These metrics are optimistic: thresholds and calibration were chosen on the same cases."
MANY_LOOKS = (
    "Intervals and p-values are of one number each, unless called adjusted: about one interval in 20 misses the truth, "
    "so among many labels, metrics or subgroups some stand out by chance alone."
)


def moved_sentence(titles: Sequence[str]) -> str:
    """Return the warning about thresholds that a reader moved on the cases they are measured on.

    titles: of their labels.
    """
    return (
        f"Threshold of {', '.join(titles)} chosen on this test set: sensitivity and specificity at it are optimistic, "
        "and so is what follows from them. Confirm them on other cases."
    )


def cautions(per_label: Mapping[str, Estimates]) -> list[str]:
    """Return a warning sentence for each label whose scores look reversed (see `looks_reversed`).

    per_label: label -> numbers by name, as of meddx.evaluate.assessment.
    """
    said = []
    for label, numbers in per_label.items():
        area = numbers["auroc"]
        if looks_reversed(area):
            limits = "" if math.isnan(area.low) else f" ({area.low:.3f} to {area.high:.3f})"
            what_to_do = "type --reverse if it does" if len(per_label) == 1 else "check which column is of which label"
            said.append(
                f"AUROC of {label} is {area.value:.3f}{limits}, well below 0.5: the scores look reversed, as if a low "
                f"one spoke for the label; {what_to_do}."
            )
    return said


def looks_reversed(area: Estimate) -> bool:
    """Return whether an AUROC lies below 0.5 with its whole interval.

    Where it has no interval (at 0): whether it is below 0.5 on at least 10 cases.
    """
    if math.isnan(area.value) or area.value >= 0.5:
        return False
    return area.high < 0.5 if not math.isnan(area.high) else area.n >= 10
