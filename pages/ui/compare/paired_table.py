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
    difference_sentences,
    disagreement_sentence,
    margin_sentence,
    p_value_text,
)
from meddx.evaluate.paired.system import System
from pages.ui.common import html
from pages.ui.common.html import data_table
from pages.ui.common.language.formatting import listed, paragraph, range_text
from pages.ui.common.language.language import _, number
from pages.ui.common.language.translated import translated
from pages.ui.compare import system_titles
from pages.ui.compare.system_titles import title_of
from pages.ui.evaluate.headline_metrics import interval_html
from pages.ui.evaluate.metric_titles import metric_text, metric_title


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
            measured = known.get(name)
            cells.append(
                f"<b>{escape(metric_text(name, value))}</b>{interval_html(name, measured) if measured else ''}"
            )
        cells += [
            _difference(metric, one),
            _p(one.p) + _mark(one),
            *([_p(one.p_adjusted)] if several else []),
            number(one.n),
        ]
        rows.append((metric_title(name), [*cells, f'<span class="test">{escape(translated(one.test))}</span>']))
    head = [
        "",
        *(escape(title_of(system)) for system in both),
        _("Difference"),
        "p",
        *([_("p, Holm")] if several else []),
        "n",
        _("Test"),
    ]
    caption = _(
        "Values with 95 % intervals. Difference: {system} minus {other} on the same cases. Judge it by its own "
        "interval, not by whether the intervals of the two values overlap"
    ).format(system=title_of(both[0]), other=title_of(both[1]))
    return data_table("paired", caption, head, rows)


def _difference(metric: Metric, one: PairedDifference) -> str:
    if not one.defined:
        none = escape(_("no interval"))
        return f"<b>{metric.signed(one.difference)}</b><span class='none'>{none}</span>"
    if one.same_network:
        return f"<b>{metric.signed(one.difference)}</b><span class='none'>{escape(translated(SAME_NETWORK))}</span>"
    limits = range_text(metric.signed_limit(one.low), metric.signed_limit(one.high))
    if not metric.higher_is_better:
        limits = _("{limits} (lower is better)").format(limits=limits)
    return f"<b>{metric.signed(one.difference)}</b><span>{limits}</span>"


def _mark(one: PairedDifference) -> str:
    """Return the mark of a row whose test and interval disagree, else ""; HTML."""
    if not one.unsettled:
        return ""
    why = escape(translated(disagreement_sentence(one)))
    return f'<span class="unsure" title="{why}">{escape(translated(DISAGREE))}</span>'


def disagreement_sentences(found: Mapping[str, PairedDifference]) -> list[str]:
    """Return why test and interval disagree, a text for all metrics of one reason; nothing where none do.

    found: metric -> difference.
    """
    metrics: dict[str, list[str]] = {}
    for name, one in metric_registry.in_order(found).items():
        if one.unsettled:
            metrics.setdefault(disagreement_sentence(one), []).append(metric_title(name))
    told = _("{metrics}: test and interval disagree.")
    return [paragraph([told.format(metrics=listed(names)), translated(why)]) for why, names in metrics.items()]


def summary_html(
    one: PairedDifference, comparison: Comparison, margins: Sequence[NonInferiority], labels: Mapping[str, str]
) -> str:
    """Return the sentences about a difference and its non-inferiority margin, and the caveat. labels: name -> title."""
    aligned = comparison.aligned
    titles = system_titles.full_titles(aligned)
    pairs = len({(other.a, other.b) for other in comparison.differences})
    patients = aligned.systems[0].predictions.n_patients
    named = one if one.label is None else replace(one, label=labels[one.label])
    told = difference_sentences(named, titles, cases=len(aligned), patients=patients, compared=pairs)
    extra = "".join(f'<p class="margin">{escape(translated(margin_sentence(found, titles)))}</p>' for found in margins)
    caveat = f'<p class="caveat">{escape(translated(CAVEAT))}</p>'
    return f'<blockquote class="quote"><p>{escape(paragraph(map(translated, told)))}</p>{extra}{caveat}</blockquote>'


def comparison_heading(aligned: Aligned) -> str:
    """Return the page heading: the compared systems and the number of common cases; HTML."""
    titles = [title_of(system) for system in aligned.systems if system.kind != "consensus"]
    first = system_titles.common_prefix(aligned)
    heading = _("{prefix}: {systems} against {last}") if first else _("{systems} against {last}")
    return html.page_heading(
        heading.format(prefix=first, systems=listed(titles[:-1]), last=titles[-1]),
        case_counts_text(aligned),
    )


def case_counts_text(aligned: Aligned) -> str:
    """Return the numbers of common cases, patients and dropped cases, a sentence."""
    patients = aligned.systems[0].predictions.n_patients
    repeat = patients < len(aligned)
    if not aligned.n_dropped:
        told = (
            _("{n} common cases of {patients} patients, none dropped.")
            if repeat
            else _("{n} common cases, none dropped.")
        )
    elif repeat:
        told = _(
            "{n} common cases of {patients} patients; {dropped} dropped because not all systems were tested on them "
            "({systems})."
        )
    else:
        told = _("{n} common cases; {dropped} dropped because not all systems were tested on them ({systems}).")
    each = _("{name}: {count}")
    return told.format(
        n=number(len(aligned)),
        patients=number(patients),
        dropped=number(aligned.n_dropped),
        systems=listed(each.format(name=name, count=number(count)) for name, count in aligned.dropped.items() if count),
    )


def left_out_sentences(aligned: Aligned) -> list[str]:
    """Return a sentence for each system with labels that could not be compared."""
    titles = {system.id: title_of(system) for system in aligned.systems}
    told = _("{system}: {labels} not compared; no label of the other systems has the same code or name.")
    return [
        told.format(system=titles[name], labels=listed(labels)) for name, labels in aligned.unaligned.items() if labels
    ]


def _p(value: float) -> str:
    return escape(translated(p_value_text(value)).removeprefix("p = ").removeprefix("p "))
