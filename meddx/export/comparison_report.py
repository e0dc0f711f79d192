"""Write a comparison as one HTML file: every difference with interval and test, curves, agreement and cards."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations

from meddx.evaluate import metric_registry
from meddx.evaluate.assessment import Assessment, Estimate, assess
from meddx.evaluate.cautions import MANY_LOOKS
from meddx.evaluate.intervals import Interval
from meddx.evaluate.metric import Metric
from meddx.evaluate.paired.agreement import Agreement, agreement, answering, fleiss_agreement
from meddx.evaluate.paired.comparison import Comparison, comparable_labels
from meddx.evaluate.paired.consensus import cost
from meddx.evaluate.paired.difference import PairedDifference
from meddx.evaluate.paired.non_inferiority import non_inferiority
from meddx.evaluate.paired.summary_sentences import (
    CAVEAT,
    DISAGREE,
    SAME_NETWORK,
    difference_sentence,
    margin_sentence,
    p_value_text,
)
from meddx.evaluate.paired.version_replacement import Replacement
from meddx.export.card_facts import SYNTHETIC, card_facts
from meddx.export.comparison_charts import calibration_chart, roc_chart
from meddx.export.html import render_report
from meddx.export.report_parts import Cell, ReportTable, Row, Section
from meddx.formatting import NOT_DEFINED, decimal, span
from meddx.model.card import Card

OVERLAP_CAVEAT = (
    "Judge a difference by its own interval and test, not by whether the intervals of the two values overlap: both "
    "systems were tested on the same cases."
)


@dataclass(frozen=True)
class ComparedSystems:
    """Hold what the report shows.

    comparison: of every label. titles: label -> title. quoted: the differences to put in sentences.
    margin: for non-inferiority of `quoted`; None without a test. replacements: effects of replacing the second system
    of a pair with the first. cards: of the models among the systems.
    """

    comparison: Comparison
    titles: Mapping[str, str]
    quoted: Sequence[PairedDifference]
    margin: float | None = None
    replacements: Sequence[Replacement] = ()
    cards: Sequence[Card] = ()


def comparison_report(compared: ComparedSystems, made: datetime | None = None) -> str:
    """Return the HTML document. made: time of writing, stated in UTC; default now."""
    aligned = compared.comparison.aligned
    assessments = {
        system.id: assess(system.predictions, system.thresholds, system.exclusive) for system in aligned.systems
    }
    return render_report(
        "comparison_report.html",
        made,
        title=_title(compared),
        lead=_lead(compared),
        warnings=[SYNTHETIC for card in compared.cards if card.synthetic],
        summary=list(_sentences(compared)),
        caveat=f"{CAVEAT} {OVERLAP_CAVEAT} {MANY_LOOKS}",
        labels=[_metrics(compared, label, assessments) for label in comparable_labels(aligned)],
        agreement=[_agreement(compared, label) for label in ([None] if aligned.exclusive else aligned.labels)],
        replacement=_replacement(compared) if compared.replacements else None,
        left_out=_left_out(compared),
        models=[(card.id, card_facts(card)) for card in compared.cards],
    )


def _title(compared: ComparedSystems) -> str:
    names = [system.title for system in compared.comparison.aligned.systems if system.kind != "consensus"]
    prefixes = {card.title.rpartition(", ")[0] for card in compared.cards}
    prefix = f"{prefixes.pop()}: " if len(prefixes) == 1 and compared.cards[0].title not in names else ""
    return f"{prefix}{', '.join(names[:-1])} against {names[-1]}"


def _lead(compared: ComparedSystems) -> str:
    aligned = compared.comparison.aligned
    patients = aligned.systems[0].predictions.n_patients
    costs = " ".join(cost(system) for system in aligned.systems if system.kind == "consensus")
    return (
        f"All systems on the same {len(aligned):,} cases of {patients:,} patients. Ranges are 95 % intervals. {costs}"
    )


def _sentences(compared: ComparedSystems) -> Iterator[str]:
    aligned = compared.comparison.aligned
    cards = {card.id: card.title for card in compared.cards}  # quoted elsewhere, a title must stand alone
    titles = {system.id: cards.get(system.id, system.title) for system in aligned.systems}
    pairs = len(list(combinations(titles, 2)))
    for one in compared.quoted:
        named = one if one.label is None else replace(one, label=compared.titles[one.label])
        patients = aligned.systems[0].predictions.n_patients
        yield difference_sentence(named, titles, cases=len(aligned), patients=patients, compared=pairs)
        if compared.margin is not None and one.defined:
            for of in non_inferiority(one, compared.margin):
                yield margin_sentence(of, titles)


def _metrics(compared: ComparedSystems, label: str | None, assessments: Mapping[str, Assessment]) -> Section:
    aligned = compared.comparison.aligned
    tables = []
    for a, b in combinations(aligned.systems, 2):
        differences = compared.comparison.of(a.id, b.id, label)
        own = [assessments[one.id].overall if label is None else assessments[one.id].per_label[label] for one in (a, b)]
        rows: list[Row] = [
            (
                metric.short + (f", {metric.direction}" if metric.direction else ""),
                [
                    _value(metric, one.first, own[0].get(one.metric)),
                    _value(metric, one.second, own[1].get(one.metric)),
                    _difference(metric, one),
                    Cell(note=_p(one.p), warning=DISAGREE if one.unsettled else ""),
                    *([_p(one.p_adjusted)] if len(aligned.systems) > 2 else []),
                    f"{one.n:,}",
                    Cell(note=one.test),
                ],
            )
            for metric, one in (
                (metric_registry.row(name), differences[name]) for name in metric_registry.ordered(differences)
            )
        ]
        head = ["", a.title, b.title, "Difference", "p", *(["Holm"] if len(aligned.systems) > 2 else []), "n", "Test"]
        tables.append(ReportTable(f"{a.title} minus {b.title}", head, rows, "paired"))
    if label is None:
        return Section("All labels", tables)
    column = aligned.labels.index(label)
    charts = [chart for chart in (roc_chart(aligned, column), calibration_chart(aligned, column)) if chart]
    return Section(compared.titles[label], tables, charts)


def _agreement(compared: ComparedSystems, label: str | None) -> tuple[list[ReportTable], Cell | None]:
    """Return a table for each pair, and Fleiss' kappa where every system answers."""
    aligned = compared.comparison.aligned
    about = "" if label is None else f", {compared.titles[label]}"
    tables = []
    for a, b in combinations(answering(aligned, label), 2):
        rows = [_agreement_row(compared, one) for one in agreement(aligned, a.id, b.id, label)]
        only = [f"Only {a.title}", f"Only {b.title}"]
        head = ["", "n", "Both correct", *only, "Both wrong", "Same prediction", "Cohen's kappa"]
        tables.append(ReportTable(f"{a.title} and {b.title}{about}", head, rows, "paired"))
    kappa = fleiss_agreement(aligned, label) if len(answering(aligned, label)) == len(aligned.systems) else None
    return tables, _interval(kappa) if kappa is not None else None


def _agreement_row(compared: ComparedSystems, one: Agreement) -> Row:
    name = f"{one.attribute}: {compared.titles.get(one.value, one.value)}" if one.value else one.attribute
    counts = [f"{count:,}" for count in (one.n, one.both_right, one.only_a, one.only_b, one.both_wrong)]
    return name, [*counts, _interval(one.same), _interval(one.kappa)]


def _replacement(compared: ComparedSystems) -> ReportTable:
    titles = {system.id: system.title for system in compared.comparison.aligned.systems}
    rows: list[Row] = []
    for one in compared.replacements:
        shift = one.shift
        name = f"{compared.titles[shift.label]}: {titles[one.old]} replaced with {titles[one.new]}"
        cells: list[Cell | str] = [
            f"{shift.thresholds[0]:.3f}",
            f"{shift.thresholds[1]:.3f}",
            _interval(one.rederived) if one.rederived else Cell(note="no common validation cases"),
            *(
                f"{_of_shift('recall', shift.recall[kind])} / {_of_shift('specificity', shift.specificity[kind])}"
                for kind in ("old", "moved", "new")
            ),
            f"{shift.distance:.3f}",
        ]
        rows.append((name, cells))
    head = [
        "", "Old threshold", "New threshold", "Matched threshold", "Old system, old threshold",
        "New system, old threshold", "New system, new threshold", "Largest gap",
    ]  # fmt: skip
    caption = (
        "A threshold belongs to one version of one model: never use it on another. Cells of a system with a threshold: "
        "sensitivity / specificity. Matched threshold: gives the new system the old one's sensitivity. Largest gap: "
        "between the two score distributions (Kolmogorov-Smirnov)"
    )
    return ReportTable(caption, head, rows, "paired")


def _left_out(compared: ComparedSystems) -> list[str]:
    aligned = compared.comparison.aligned
    titles = {system.id: system.title for system in aligned.systems}
    lines = [
        f"{titles[name]}: {count:,} cases that not all systems were tested on"
        for name, count in aligned.dropped.items()
        if count
    ]
    lines += [
        f"{titles[name]}: {', '.join(labels)}; no label of the other systems has the same code or name"
        for name, labels in aligned.unaligned.items()
        if labels
    ]
    return lines


def _of_shift(metric: str, one: Estimate) -> str:
    return metric_registry.text(metric, one.value)


def _value(metric: Metric, value: float, own: Estimate | None) -> Cell:
    if math.isnan(value):
        return Cell(note=NOT_DEFINED)
    if own is None:
        return Cell(metric.text(value))
    interval = "" if math.isnan(own.low) else metric.span(own.low, own.high)
    return Cell(metric.text(value), interval, "" if own.reliable else own.reason)


def _difference(metric: Metric, one: PairedDifference) -> Cell:
    if math.isnan(one.difference):
        return Cell(note=NOT_DEFINED)
    if one.same_network:
        return Cell(metric.signed(one.difference), SAME_NETWORK)
    interval = f"{metric.signed_limit(one.low)} to {metric.signed_limit(one.high)}" if one.defined else "no interval"
    return Cell(metric.signed(one.difference), interval)


def _interval(one: Interval) -> Cell:
    if math.isnan(one.value):
        return Cell(note=NOT_DEFINED)
    return Cell(*(text.replace("-", "−") for text in (decimal(one.value), span(one.low, one.high))))


def _p(value: float) -> str:
    return p_value_text(value).removeprefix("p = ").removeprefix("p ")
