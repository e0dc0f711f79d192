"""Agreement of two systems over all cases and in subgroups; HTML."""

import math

from meddx.evaluate.intervals import Interval
from meddx.evaluate.paired.agreement import agreement
from meddx.evaluate.paired.alignment import Aligned
from pages.ui.models.text import table

FEW = 20
"""Cases below which a subgroup's interval says little."""


def subgroups(aligned: Aligned, a: str, b: str, label: str | None) -> str:
    """One row a subgroup: who was right, how often both said the same, kappa."""
    rows = []
    for one in agreement(aligned, a, b, label):
        name = f"{one.attribute}: {one.value}" if one.value else one.attribute.capitalize()
        counts = [f"{count:,}" for count in (one.both_right, one.only_a, one.only_b, one.both_wrong)]
        few = '<span class="unsure">few cases</span>' if one.n < FEW else ""
        rows.append((name, [f"{one.n:,}{few}", *counts, _cell(one.same), _cell(one.kappa)]))
    head = ["", "n", "Both right", "Only the first", "Only the second", "Both wrong", "Same answer", "Cohen's kappa"]
    return table("groups", "Who was right, how often both said the same, and how far beyond chance", head, rows)


def _cell(number: Interval) -> str:
    if math.isnan(number.value):
        return '<span class="none">not defined</span>'
    return f"<b>{number.value:.3f}</b><span>{number.low:.3f} to {number.high:.3f}</span>"
