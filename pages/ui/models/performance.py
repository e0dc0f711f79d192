"""Tables of a model's test-set metrics with 95 % intervals and n, beside models of the same data; HTML."""

from html import escape

from meddx.evaluate import metric_registry
from meddx.evaluate.card_metrics import as_estimate
from meddx.model.card import Card, CardMetric
from pages.ui.common.html import data_table, missing
from pages.ui.common.language.formatting import capital, clauses, decimal
from pages.ui.common.language.language import _, number
from pages.ui.common.language.translated import translated
from pages.ui.evaluate import headline_metrics

TEST_SET = "test"


def siblings(card: Card, cards: dict[str, Card]) -> list[Card]:
    """Return the model, followed by the others trained on the same data."""
    data = _data(card)
    return [card, *(other for other in cards.values() if data and _data(other) == data and other != card)]


def _data(card: Card) -> str | None:
    """Return the name of the training data, None where it is not known."""
    return card.training.data if card.training else None


def siblings_table(cards: list[Card]) -> str:
    """Return the metrics over all labels, one model a column, the page's own model first; HTML."""
    found = [{metric.name: metric for metric in _test(card) if metric.label is None} for card in cards]
    named = metric_registry.ordered(name for of in found for name in of)
    rows = [(translated(metric_registry.title(name)), [metric_cell(of.get(name)) for of in found]) for name in named]
    rows.append((_("Parameters"), [number(card.weights.parameters) for card in cards]))
    head = ["", *(escape(translated(card.title)) for card in cards)]
    caption = _("All labels (macro averages, one label against the rest)")
    if len(cards) > 1:
        caption = _(
            "All labels (macro averages, one label against the rest), beside the other models trained on the same data"
        )
    return data_table("overall", caption, head, rows)


def label_table(card: Card) -> str:
    """Return the test metrics of the card by label, one label or question a row; HTML."""
    found: dict[str, dict[str, CardMetric]] = {}
    for metric in _test(card):
        if metric.label is not None:
            found.setdefault(metric.label, {})[metric.name] = metric
    labels = {label.name: label for label in card.labels}
    named = metric_registry.ordered(name for of in found.values() for name in of)
    rows = []
    for name, of in found.items():
        label = labels.get(name)
        threshold = missing(_("not in card"))
        if label and label.threshold is not None:
            threshold = decimal(label.threshold)
        counts = " / ".join(number(n) for n in sorted({metric.n for metric in of.values()}))
        cells = [metric_cell(of.get(metric), with_n=False) for metric in named]
        rows.append((capital(translated(label.title if label else name)), [counts, threshold, *cells]))
    head = ["", "n", _("Threshold"), *(escape(translated(metric_registry.title(name))) for name in named)]
    return data_table("labels", _("By label, each against the rest, at its threshold"), head, rows)


def metric_cell(metric: CardMetric | None, with_n: bool = True) -> str:
    """Return a metric with its interval and, with `with_n`, its number of cases as a table cell; HTML."""
    if metric is None:
        return missing(_("not measured"))
    cell = headline_metrics.estimate_cell(metric.name, as_estimate(metric))
    return f'{cell}<span class="n">n {number(metric.n)}</span>' if with_n else cell


def meanings(cards: list[Card]) -> dict[str, str]:
    """What each metric of their test sets says, by its title."""
    named = metric_registry.ordered(metric.name for card in cards for metric in _test(card))
    rows = [metric for metric in map(metric_registry.find, named) if metric is not None]
    return {translated(metric.title): translated(metric.meaning) for metric in rows}


def interval_sentence(cards: list[Card]) -> dict[str, str]:
    """Return the methods behind the intervals under a title. What counts as one patient is part of the split rule."""
    methods = sorted({_method(metric) for card in cards for metric in _test(card)})
    sentence = _("{methods}. See Split, below, for what counts as one patient.")
    return {_("95 % intervals"): sentence.format(methods=capital(clauses(map(translated, methods))))}


def has_test_metrics(card: Card) -> bool:
    """Return whether the card has test-set metrics."""
    return bool(_test(card))


def _test(card: Card) -> list[CardMetric]:
    return [metric for metric in card.metrics if metric.set == TEST_SET]


def _method(metric: CardMetric) -> str:
    """How its interval came about, without over how many patients, who differ from question to question."""
    return metric.interval.partition(" over ")[0].rstrip(",")
