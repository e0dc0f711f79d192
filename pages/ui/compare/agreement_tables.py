"""Agreement of two systems over all cases and in subgroups; HTML."""

import math
from collections.abc import Mapping

from meddx.evaluate.intervals import Interval
from meddx.evaluate.paired.agreement import agreement, fleiss_agreement
from meddx.evaluate.paired.alignment import Aligned
from meddx.formatting import span
from pages.ui.common.html import data_table

FEW_CASES = 20
"""Cases below which a subgroup's interval says little."""


def subgroup_agreement(aligned: Aligned, both: tuple[str, str], label: str | None, titles: Mapping[str, str]) -> str:
    """One row a subgroup: who was right, how often both said the same, kappa."""
    words = dict(titles) | {f"no {name}": f"no {title}" for name, title in titles.items()}
    rows = []
    for one in agreement(aligned, *both, label):
        value = words.get(one.value, one.value)
        name = f"{one.attribute.capitalize()}: {value}" if value else one.attribute.capitalize()
        counts = [f"{count:,}" for count in (one.both_right, one.only_a, one.only_b, one.both_wrong)]
        few = '<span class="unsure">few cases</span>' if one.n < FEW_CASES else ""
        rows.append((name, [f"{one.n:,}{few}", *counts, _cell(one.same), _cell(one.kappa)]))
    head = ["", "n", "Both right", "Only the first", "Only the second", "Both wrong", "Same answer", "Cohen's kappa"]
    return data_table("groups", "Who was right, how often both said the same, and how far beyond chance", head, rows)


def fleiss_sentence(aligned: Aligned, label: str | None) -> str:
    """Fleiss' kappa of more than two; nothing of two."""
    kappa = fleiss_agreement(aligned, label)
    if kappa is None:
        return ""
    return f'<p class="verdict">Fleiss\' kappa of all {_cell(kappa)}</p>'


def _cell(number: Interval) -> str:
    if math.isnan(number.value):
        return '<span class="none">not defined</span>'
    value = f"<b>{number.value:.3f}</b><span>{span(number.low, number.high)}</span>"
    return value.replace(">-", ">−")
