"""How good a model was on its test set: each number with its 95 % interval and n, beside models of the same data."""

from html import escape

from meddx.model.card import Card, CardMetric
from pages.ui.common.html import data_table
from pages.ui.common.model_card import card_metric_title

OVERALL_METRICS = ("auroc", "accuracy", "recall", "f1", "expected calibration error")
BY_LABEL = ("auroc", "recall", "specificity", "precision", "f1")
TEST_SET = "test"

CARD_METRIC_MEANINGS = {
    "AUROC": "How often a case with the label scores above one without it; 0.5 is guessing.",
    "Recall (sensitivity), specificity": "The share of cases with the label that are called, and of the others that "
    "are not.",
    "Precision": "The share of calls that are right; it falls where the label is rarer than in this test set.",
    "Expected calibration error": "How far probabilities are from what happens, on average; 0 is best.",
}


def siblings(card: Card, cards: dict[str, Card]) -> list[Card]:
    """The model and, after it, the others trained on the same data."""
    return [card, *(other for other in cards.values() if other.training.data == card.training.data and other != card)]


def siblings_table(cards: list[Card]) -> str:
    """Numbers over all labels, one column a model, the first being the one that the page is about; HTML."""
    found = [{metric.name: metric for metric in _test(card) if metric.label is None} for card in cards]
    named = [name for name in OVERALL_METRICS if any(name in of for of in found)]
    rows = [(card_metric_title(name), [metric_cell(of.get(name)) for of in found]) for name in named]
    rows.append(("Parameters", [f"{card.weights.parameters:,}" for card in cards]))
    head = ["", *(escape(card.title) for card in cards)]
    caption = "Over all labels, means of one label against the rest where there is one number for each"
    if len(cards) > 1:
        caption += ", beside the other models of the same data"
    return data_table("overall", caption, head, rows)


def label_table(card: Card) -> str:
    """One row for each label or question that the card has test numbers of; HTML."""
    found: dict[str, dict[str, CardMetric]] = {}
    for metric in _test(card):
        if metric.label is not None:
            found.setdefault(metric.label, {})[metric.name] = metric
    labels = {label.name: label for label in card.labels}
    rows = []
    for name, of in found.items():
        label = labels.get(name)
        threshold = f"{label.threshold:.3f}" if label else '<span class="none">not in card</span>'
        counts = " / ".join(f"{n:,}" for n in sorted({metric.n for metric in of.values()}))
        cells = [metric_cell(of.get(metric), with_n=False) for metric in BY_LABEL]
        rows.append((label.title if label else name[:1].upper() + name[1:], [counts, threshold, *cells]))
    head = ["", "n", "Threshold", *(card_metric_title(name) for name in BY_LABEL)]
    return data_table("labels", "Label by label, each against the rest, called at its threshold", head, rows)


def metric_cell(metric: CardMetric | None, with_n: bool = True) -> str:
    """The number, its interval and, unless they stand elsewhere, how many cases it is of; HTML."""
    if metric is None:
        return '<span class="none">not measured</span>'
    number = f"<b>{metric.value:.3f}</b><span>{metric.low:.3f} to {metric.high:.3f}</span>"
    return f'{number}<span class="n">n {metric.n:,}</span>' if with_n else number


def interval_sentence(cards: list[Card]) -> dict[str, str]:
    """How the intervals came about. Not every set names patients; what counts as one is part of the split."""
    methods = sorted({metric.interval for card in cards for metric in _test(card)})
    return {
        "Ranges are 95 % intervals": _sentence("; ".join(methods))
        + " What counts as one patient stands under Split, below."
    }


def has_test_metrics(card: Card) -> bool:
    """Whether the card has numbers of a test set."""
    return bool(_test(card))


def _test(card: Card) -> list[CardMetric]:
    return [metric for metric in card.metrics if metric.set == TEST_SET]


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
