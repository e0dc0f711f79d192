"""How many of a model's heat maps pass the quick check, as recorded for its test images; nothing is computed anew."""

from collections.abc import Mapping, Sequence
from html import escape

from meddx.evaluate.map_evaluation.passing_shares import ALL_FINDINGS, BY_LABEL, PassingShare, passing_shares
from meddx.evaluate.predictions import Predictions
from meddx.explain.map_record import MapRecord, RecordedMeasure, first_method
from meddx.explain.methods import METHODS
from meddx.formatting import decimal, percent, span
from meddx.model.card import Card
from pages.ui.common.html import data_table
from pages.ui.common.map_records import usable_map_record

NONE_FOR_MODEL = "No reliable heat map for this model"
_MOST = 0.5
"""Share of a model's recorded maps from which on its maps are worth a check each."""
_NONE_RECORDED = (
    "How many heat maps of {title} pass the quick check has not been recorded. "
    "`python -m meddx explain-check --model {id} --passing` records it from the model's test images."
)
_CAPTION = (
    "Share of the findings' heat maps that pass the quick check (95 % interval over patients), by the method that "
    "Diagnose shows first, on some of the recorded test images"
)

PassingByGroup = Mapping[tuple[str, str], PassingShare]


def mostly_failing(record: MapRecord | None) -> RecordedMeasure | None:
    """Return the highest share of passing maps of any method in the record where it is not the greater part, else None.

    Of such a model no heat map is shown unless the reader asks for it.
    """
    best = None if record is None else record.best_passing()
    return best if best is not None and best.value <= _MOST else None


def mostly_failing_sentence(share: RecordedMeasure) -> str:
    """Return why no heat map of the model is reliable, a sentence. share: from mostly_failing."""
    return (
        "By no method do most of its heat maps pass the quick check: at best "
        f"{percent(share.value)} of {share.n:,} maps of test images."
    )


def recorded_shares(card: Card, predictions: Predictions) -> PassingByGroup:
    """Return what was recorded of the installed model, by (attribute, value); nothing where there is no record.

    predictions: recorded with the model, of its test images.
    """
    record = usable_map_record(card)
    return {} if record is None else passing_shares(record, predictions)


def none_recorded(card: Card) -> str:
    """Return the sentence in place of the numbers, Markdown."""
    return _NONE_RECORDED.format(title=card.title, id=card.id)


def passing_table(systems: Sequence[tuple[str, PassingByGroup]], titles: Mapping[str, str]) -> str:
    """Return the table, a row for all findings, each label and each subgroup, a column for each system; HTML.

    systems: (title, shares); titles: label -> title.
    """
    keys = dict.fromkeys(key for _, shares in systems for key in shares)
    rows = [
        (_row_title(key, titles), [_cell(shares.get(key)) for _, shares in systems])
        for key in sorted(keys, key=lambda key: (key != ALL_FINDINGS, key[0] != BY_LABEL, key[0]))
    ]
    return data_table("groups", _CAPTION, ["", *(escape(title) for title, _ in systems)], rows)


def method_sentence(card: Card) -> str:
    """Return which method's maps were checked, a sentence."""
    return f"{card.title}: {METHODS[first_method(usable_map_record(card))].title}."


def _row_title(key: tuple[str, str], titles: Mapping[str, str]) -> str:
    attribute, value = key
    if key == ALL_FINDINGS:
        return "All findings"
    return titles.get(value, value) if attribute == BY_LABEL else f"{attribute.capitalize()}: {value}"


def _cell(one: PassingShare | None) -> str:
    if one is None:
        return '<span class="none">not recorded</span>'
    return (
        f"<b>{decimal(one.share.value)}</b><span>{span(one.share.low, one.share.high)}</span>"
        f"<span class='n'>n {one.n:,}</span>"
    )
