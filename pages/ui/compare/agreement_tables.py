"""Tables of the agreement between systems, over all cases and in subgroups; HTML."""

import math
from collections.abc import Mapping
from html import escape

from meddx.evaluate.intervals import Interval
from meddx.evaluate.paired.agreement import agreement, fleiss_agreement
from meddx.evaluate.paired.alignment import Aligned
from meddx.evaluate.paired.system import System
from meddx.formatting import span
from pages.ui.common.html import data_table

FEW_CASES = 20
"""Number of cases below which a subgroup is marked as small."""


def subgroup_agreement(
    aligned: Aligned, pair: tuple[System, System], label: str | None, titles: Mapping[str, str]
) -> str:
    """Return the table of two systems' agreement, one subgroup a row: correct cases, same prediction, Cohen's kappa.

    label: one label, None for all together. titles: label -> title.
    """
    a, b = pair
    values = dict(titles) | {f"no {name}": f"no {title}" for name, title in titles.items()}
    rows = []
    for group in agreement(aligned, a.id, b.id, label):
        value = values.get(group.value, group.value)
        name = f"{group.attribute.capitalize()}: {value}" if value else group.attribute.capitalize()
        counts = [f"{count:,}" for count in (group.both_right, group.only_a, group.only_b, group.both_wrong)]
        few = '<span class="unsure">few cases</span>' if group.n < FEW_CASES else ""
        rows.append((name, [f"{group.n:,}{few}", *counts, _cell(group.same), _cell(group.kappa)]))
    head = [
        "",
        "n",
        "Both correct",
        f"Only {escape(a.title)}",
        f"Only {escape(b.title)}",
        "Both wrong",
        "Same prediction",
        "Cohen's kappa",
    ]
    return data_table("groups", "Correct predictions of each system, and agreement between the two", head, rows)


def fleiss_sentence(aligned: Aligned, label: str | None) -> str:
    """Return Fleiss' kappa of more than two systems as HTML, "" for two."""
    kappa = fleiss_agreement(aligned, label)
    if kappa is None:
        return ""
    return f'<p class="verdict">Fleiss\' kappa of all systems {_cell(kappa)}</p>'


def _cell(number: Interval) -> str:
    if math.isnan(number.value):
        return '<span class="none">not defined</span>'
    value = f"<b>{number.value:.3f}</b><span>{span(number.low, number.high)}</span>"
    return value.replace(">-", ">−")
