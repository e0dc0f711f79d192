"""Tables of the agreement between systems, over all cases and in subgroups; HTML."""

import math
from collections.abc import Mapping
from html import escape

from meddx.evaluate.intervals import Interval
from meddx.evaluate.paired.agreement import agreement, fleiss_agreement
from meddx.evaluate.paired.alignment import Aligned
from meddx.evaluate.paired.system import System
from pages.ui.common.html import data_table, missing
from pages.ui.common.language.formatting import span
from pages.ui.common.language.language import _, number
from pages.ui.compare import system_titles
from pages.ui.compare.system_titles import title_of
from pages.ui.evaluate.attribute_words import attribute_text, attribute_title

FEW_CASES = 20
"""Number of cases below which a subgroup is marked as small."""


def subgroup_agreement(
    aligned: Aligned, pair: tuple[System, System], label: str | None, titles: Mapping[str, str]
) -> str:
    """Return the table of two systems' agreement, one subgroup a row: correct cases, same prediction, Cohen's kappa.

    label: one label, None for all together. titles: label -> title.
    """
    a, b = pair
    values = system_titles.with_absence(titles)
    rows, small = [], escape(_("few cases"))
    for group in agreement(aligned, a.id, b.id, label):
        value = values.get(group.value) or attribute_text(group.value)
        name = attribute_title(group.attribute)
        if value:
            name = _("{attribute}: {value}").format(attribute=name, value=value)
        counts = [number(count) for count in (group.both_right, group.only_a, group.only_b, group.both_wrong)]
        few = f'<span class="unsure">{small}</span>' if group.n < FEW_CASES else ""
        rows.append((name, [f"{number(group.n)}{few}", *counts, _cell(group.same), _cell(group.kappa)]))
    head = [
        "",
        "n",
        *map(
            escape,
            (
                _("Both correct"),
                _("Only {system}").format(system=title_of(a)),
                _("Only {system}").format(system=title_of(b)),
                _("Both wrong"),
                _("Same prediction"),
                _("Cohen's kappa"),
            ),
        ),
    ]
    return data_table("groups", _("Correct predictions of each system, and agreement between the two"), head, rows)


def fleiss_sentence(aligned: Aligned, label: str | None) -> str:
    """Return Fleiss' kappa of more than two systems as HTML, "" for two."""
    kappa = fleiss_agreement(aligned, label)
    if kappa is None:
        return ""
    told = escape(_("Fleiss' kappa of all systems {kappa}"), quote=False).format(kappa=_cell(kappa))
    return f'<p class="verdict">{told}</p>'


def _cell(number: Interval) -> str:
    if math.isnan(number.value):
        return missing(_("not defined"))
    value = f"<b>{number.value:.3f}</b><span>{span(number.low, number.high)}</span>"
    return value.replace(">-", ">−")
