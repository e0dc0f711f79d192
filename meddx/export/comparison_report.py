"""Write a comparison as one HTML file: every difference with interval and test, curves, agreement and cards."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from itertools import combinations

from meddx import __version__
from meddx.config import RESEARCH_USE
from meddx.evaluate import metric_registry
from meddx.evaluate.assessment import Assessment, Estimate, assess
from meddx.evaluate.intervals import Interval
from meddx.evaluate.metric import Metric
from meddx.evaluate.paired.agreement import Agreement, agreement, answering, fleiss_agreement
from meddx.evaluate.paired.comparison import Comparison, comparable_labels
from meddx.evaluate.paired.consensus import cost
from meddx.evaluate.paired.difference import PairedDifference
from meddx.evaluate.paired.non_inferiority import non_inferiority
from meddx.evaluate.paired.summary_sentences import CAVEAT, difference_sentence, margin_sentence, p_value_text
from meddx.evaluate.paired.version_replacement import Replacement
from meddx.export.card_facts import card_facts
from meddx.export.comparison_charts import calibration_chart, roc_chart
from meddx.export.html import html_document, html_section, html_table
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
    made = (made or datetime.now(UTC)).astimezone(UTC)
    aligned = compared.comparison.aligned
    names = [system.title for system in aligned.systems if system.kind != "consensus"]
    prefixes = {card.title.rpartition(", ")[0] for card in compared.cards}
    prefix = f"{prefixes.pop()}: " if len(prefixes) == 1 and compared.cards[0].title not in names else ""
    title = f"{prefix}{', '.join(names[:-1])} against {names[-1]}"
    assessments = {
        system.id: assess(system.predictions, system.thresholds, system.exclusive) for system in aligned.systems
    }
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p class='lead'>{escape(_lead(compared))}</p>",
        f"<p class='note'><strong>{escape(RESEARCH_USE)}</strong> "
        f"Written by meddx {__version__}, {made:%Y-%m-%d %H:%M} UTC.</p>",
        *(
            "<p class='warning'>Synthetic: trained on phantoms, says nothing about patients.</p>"
            for card in compared.cards
            if card.synthetic
        ),
        html_section("Summary", "".join(_quotes(compared))),
        *(
            html_section(_title(compared, label), _metrics(compared, label, assessments))
            for label in comparable_labels(aligned)
        ),
        html_section("Agreement", "".join(_agreement(compared))),
        html_section("Effect of replacing one system with another", _replacement(compared)),
        html_section("Cases and labels not compared", _left_out(compared)),
        *(html_section(f"Model {card.id}", card_facts(card)) for card in compared.cards),
    ]
    return html_document(title, parts)


def _title(compared: ComparedSystems, label: str | None) -> str:
    return "All labels" if label is None else compared.titles[label]


def _lead(compared: ComparedSystems) -> str:
    aligned = compared.comparison.aligned
    patients = aligned.systems[0].predictions.n_patients
    costs = " ".join(cost(system) for system in aligned.systems if system.kind == "consensus")
    return (
        f"All systems on the same {len(aligned):,} cases of {patients:,} patients. Ranges are 95 % intervals. {costs}"
    )


def _quotes(compared: ComparedSystems) -> Iterator[str]:
    aligned = compared.comparison.aligned
    cards = {card.id: card.title for card in compared.cards}  # quoted elsewhere, a title must stand alone
    titles = {system.id: cards.get(system.id, system.title) for system in aligned.systems}
    pairs = len(list(combinations(titles, 2)))
    for one in compared.quoted:
        named = one if one.label is None else replace(one, label=compared.titles[one.label])
        patients = aligned.systems[0].predictions.n_patients
        sentence = difference_sentence(named, titles, cases=len(aligned), patients=patients, compared=pairs)
        yield f"<p>{escape(sentence)}</p>"
        if compared.margin is not None and one.defined:
            for of in non_inferiority(one, compared.margin):
                yield f"<p>{escape(margin_sentence(of, titles))}</p>"
    yield f"<p class='note'>{escape(CAVEAT)} {escape(OVERLAP_CAVEAT)}</p>"


def _metrics(compared: ComparedSystems, label: str | None, assessments: Mapping[str, Assessment]) -> str:
    aligned = compared.comparison.aligned
    parts = []
    for a, b in combinations(aligned.systems, 2):
        differences = compared.comparison.of(a.id, b.id, label)
        own = [assessments[one.id].overall if label is None else assessments[one.id].per_label[label] for one in (a, b)]
        rows = [
            (
                metric.short + (f", {metric.direction}" if metric.direction else ""),
                [
                    _value(metric, one.first, own[0].get(one.metric)),
                    _value(metric, one.second, own[1].get(one.metric)),
                    _difference(metric, one),
                    _p(one.p),
                    *([_p(one.p_adjusted)] if len(aligned.systems) > 2 else []),
                    f"{one.n:,}",
                    f"<span>{escape(one.test)}</span>",
                ],
            )
            for metric, one in (
                (metric_registry.row(name), differences[name]) for name in metric_registry.ordered(differences)
            )
        ]
        head = ["", a.title, b.title, "Difference", "p", *(["Holm"] if len(aligned.systems) > 2 else []), "n", "Test"]
        parts.append(html_table(f"{a.title} minus {b.title}", head, rows, "paired"))
    if label is None:
        return "".join(parts)
    column = aligned.labels.index(label)
    charts = [chart for chart in (roc_chart(aligned, column), calibration_chart(aligned, column)) if chart]
    figures = "".join(f"<figure>{chart}</figure>" for chart in charts)
    return "".join(parts) + f'<div class="pictures">{figures}</div>'


def _agreement(compared: ComparedSystems) -> Iterator[str]:
    aligned = compared.comparison.aligned
    for label in [None] if aligned.exclusive else aligned.labels:
        for a, b in combinations(answering(aligned, label), 2):
            about = "" if label is None else f", {compared.titles[label]}"
            rows = [_agreement_row(compared, one) for one in agreement(aligned, a.id, b.id, label)]
            only = [f"Only {a.title}", f"Only {b.title}"]
            head = ["", "n", "Both correct", *only, "Both wrong", "Same prediction", "Cohen's kappa"]
            yield html_table(f"{a.title} and {b.title}{about}", head, rows, "paired")
        kappa = fleiss_agreement(aligned, label) if len(answering(aligned, label)) == len(aligned.systems) else None
        if kappa is not None:
            yield f"<p>Fleiss' kappa of all systems: {_interval(kappa)}</p>"


def _agreement_row(compared: ComparedSystems, one: Agreement) -> tuple[str, list[str]]:
    name = f"{one.attribute}: {compared.titles.get(one.value, one.value)}" if one.value else one.attribute
    counts = [f"{count:,}" for count in (one.n, one.both_right, one.only_a, one.only_b, one.both_wrong)]
    return name, [*counts, _interval(one.same), _interval(one.kappa)]


def _replacement(compared: ComparedSystems) -> str:
    if not compared.replacements:
        return "<p>Not available: fewer than two systems give probabilities.</p>"
    titles = {system.id: system.title for system in compared.comparison.aligned.systems}
    rows = []
    for one in compared.replacements:
        shift = one.shift
        name = f"{compared.titles[shift.label]}: {titles[one.old]} replaced with {titles[one.new]}"
        cells = [f"{shift.thresholds[0]:.3f}", f"{shift.thresholds[1]:.3f}"]
        cells += [_interval(one.rederived) if one.rederived else "<span>no common validation cases</span>"]
        for kind in ("old", "moved", "new"):
            cells.append(
                f"{_of_shift('recall', shift.recall[kind])} / {_of_shift('specificity', shift.specificity[kind])}"
            )
        rows.append((name, [*cells, f"{shift.distance:.3f}"]))
    head = [
        "", "Old threshold", "New threshold", "Matched threshold", "Old system, old threshold",
        "New system, old threshold", "New system, new threshold", "Largest gap",
    ]  # fmt: skip
    caption = (
        "A threshold belongs to one version of one model: never use it on another. Cells of a system with a threshold: "
        "sensitivity / specificity. Matched threshold: gives the new system the old one's sensitivity. Largest gap: "
        "between the two score distributions (Kolmogorov-Smirnov)"
    )
    return html_table(caption, head, rows, "paired")


def _left_out(compared: ComparedSystems) -> str:
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
    return (
        "".join(f"<p>{escape(line)}.</p>" for line in lines)
        or "<p>None: all systems share the same cases and labels.</p>"
    )


def _of_shift(metric: str, one: Estimate) -> str:
    return metric_registry.text(metric, one.value)


def _value(metric: Metric, value: float, own: Estimate | None) -> str:
    if math.isnan(value):
        return f"<span>{NOT_DEFINED}</span>"
    interval = f" <span>{metric.span(own.low, own.high)}</span>" if own and not math.isnan(own.low) else ""
    unsure = f" <em>{escape(own.reason)}</em>" if own and not own.reliable else ""
    return f"<b>{escape(metric.text(value))}</b>{interval}{unsure}"


def _difference(metric: Metric, one: PairedDifference) -> str:
    if math.isnan(one.difference):
        return f"<span>{NOT_DEFINED}</span>"
    interval = f"{metric.signed(one.low)} to {metric.signed(one.high)}" if one.defined else "no interval"
    return f"<b>{metric.signed(one.difference)}</b> <span>{interval}</span>"


def _interval(one: Interval) -> str:
    if math.isnan(one.value):
        return f"<span>{NOT_DEFINED}</span>"
    return f"<b>{decimal(one.value)}</b> <span>{span(one.low, one.high)}</span>".replace(">-", ">−")


def _p(value: float) -> str:
    return escape(p_value_text(value).removeprefix("p = ").removeprefix("p "))
