"""The table of paired differences and the summary sentence; HTML."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape

from meddx.evaluate import metric_registry
from meddx.evaluate.assessment import Assessment
from meddx.evaluate.metric import Metric
from meddx.evaluate.paired.alignment import Aligned
from meddx.evaluate.paired.comparison import Comparison
from meddx.evaluate.paired.difference import PairedDifference
from meddx.evaluate.paired.non_inferiority import NonInferiority
from meddx.evaluate.paired.summary_sentences import (
    CAVEAT,
    DISAGREE,
    SAME_NETWORK,
    UNSETTLED,
    difference_sentence,
    margin_sentence,
    p_value_text,
)
from meddx.evaluate.paired.system import System
from pages.ui.common import html
from pages.ui.common.html import data_table
from pages.ui.compare import system_titles
from pages.ui.evaluate.headline_metrics import interval_html


def paired_table(
    found: dict[str, PairedDifference], both: tuple[System, System], assessments: Sequence[Assessment], several: bool
) -> str:
    """Return the table, one metric a row: both values and their difference with 95 % intervals, p-value, n and test.

    found: metric -> difference of `both`; assessments: of the two systems; several: whether p-values are also adjusted.
    """
    label = next(iter(found.values())).label
    numbers = [one.overall if label is None else one.per_label[label] for one in assessments]
    rows = []
    for name, one in metric_registry.in_order(found).items():
        metric, cells = metric_registry.row(name), []
        for value, known in zip((one.first, one.second), numbers, strict=True):
            number = known.get(name)
            cells.append(f"<b>{escape(metric.text(value))}</b>{interval_html(name, number) if number else ''}")
        cells += [
            _difference(metric, one),
            _p(one.p) + _mark(one),
            *([_p(one.p_adjusted)] if several else []),
            f"{one.n:,}",
        ]
        rows.append((metric.title, [*cells, f'<span class="test">{escape(one.test)}</span>']))
    head = [
        "",
        *(escape(system.title) for system in both),
        "Difference",
        "p",
        *(["p, Holm"] if several else []),
        "n",
        "Test",
    ]
    caption = (
        f"Values with 95 % intervals. Difference: {both[0].title} minus {both[1].title} on the same cases. Judge it by "
        "its own interval, not by whether the intervals of the two values overlap"
    )
    return data_table("paired", caption, head, rows)


def _difference(metric: Metric, one: PairedDifference) -> str:
    if not one.defined:
        return f"<b>{metric.signed(one.difference)}</b><span class='none'>no interval</span>"
    if one.same_network:
        return f"<b>{metric.signed(one.difference)}</b><span class='none'>{SAME_NETWORK}</span>"
    note = f" ({metric.direction})" if metric.direction else ""
    interval_words = f"{metric.signed(one.low)} to {metric.signed(one.high)}{note}"
    return f"<b>{metric.signed(one.difference)}</b><span>{interval_words}</span>"


def _mark(one: PairedDifference) -> str:
    """Return the mark of a row whose test and interval disagree, else ""; HTML."""
    return f'<span class="unsure" title="{escape(UNSETTLED)}">{DISAGREE}</span>' if one.unsettled else ""


def summary_html(
    one: PairedDifference, comparison: Comparison, margins: Sequence[NonInferiority], labels: Mapping[str, str]
) -> str:
    """Return the sentences about a difference and its non-inferiority margin, and the caveat. labels: name -> title."""
    aligned = comparison.aligned
    titles = system_titles.full_titles(aligned)
    pairs = len({(other.a, other.b) for other in comparison.differences})
    patients = aligned.systems[0].predictions.n_patients
    named = one if one.label is None else replace(one, label=labels[one.label])
    told = difference_sentence(named, titles, cases=len(aligned), patients=patients, compared=pairs)
    extra = "".join(f'<p class="margin">{escape(margin_sentence(found, titles))}</p>' for found in margins)
    return f'<blockquote class="quote"><p>{escape(told)}</p>{extra}<p class="caveat">{escape(CAVEAT)}</p></blockquote>'


def comparison_heading(aligned: Aligned) -> str:
    """Return the page heading: the compared systems and the number of common cases; HTML."""
    titles = [system.title for system in aligned.systems if system.kind != "consensus"]
    first = system_titles.common_prefix(aligned)
    about = f"{first}: " if first else ""
    return html.page_heading(f"{about}{', '.join(titles[:-1])} against {titles[-1]}", case_counts_text(aligned))


def case_counts_text(aligned: Aligned) -> str:
    """Return the numbers of common cases, patients and dropped cases, a sentence."""
    patients = aligned.systems[0].predictions.n_patients
    counts = f"{len(aligned):,} common cases" + (f" of {patients:,} patients" if patients < len(aligned) else "")
    if not aligned.n_dropped:
        return f"{counts}, none dropped."
    dropped = ", ".join(f"{name}: {count:,}" for name, count in aligned.dropped.items() if count)
    return f"{counts}; {aligned.n_dropped:,} dropped because not all systems were tested on them ({dropped})."


def left_out_sentences(aligned: Aligned) -> list[str]:
    """Return a sentence for each system with labels that could not be compared."""
    titles = {system.id: system.title for system in aligned.systems}
    return [
        f"{titles[name]}: {', '.join(labels)} not compared; no label of the other systems has the same code or name."
        for name, labels in aligned.unaligned.items()
        if labels
    ]


def _p(value: float) -> str:
    return escape(p_value_text(value).removeprefix("p = ").removeprefix("p "))
