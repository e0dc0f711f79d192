"""How many of a model's heat maps pass the quick check, as recorded for its test images; nothing is computed anew."""

from collections.abc import Mapping, Sequence
from html import escape

from meddx.evaluate.map_evaluation.passing_shares import ALL_FINDINGS, BY_LABEL, PassingShare, passing_shares
from meddx.evaluate.predictions import Predictions
from meddx.explain.map_record import MapRecord, RecordedMeasure, first_method
from meddx.explain.methods import METHODS
from meddx.model.card import Card
from pages.ui.common.html import data_table, missing
from pages.ui.common.language.formatting import decimal, percent, span
from pages.ui.common.language.language import N_, _, number
from pages.ui.common.language.translated import translated
from pages.ui.common.map_records import usable_map_record

NONE_FOR_MODEL = N_("No reliable heat map for this model")
_MOST = 0.5
"""Share of a model's recorded maps from which on its maps are worth a check each."""
_NONE_RECORDED = N_(
    "How many heat maps of {title} pass the quick check has not been recorded. "
    "`python -m meddx explain-check --model {id} --passing` records it from the model's test images."
)
_CAPTION = N_(
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
    return _(
        "By no method do most of its heat maps pass the quick check: at best {share} of {count} maps of test images."
    ).format(share=percent(share.value), count=number(share.n))


def recorded_shares(card: Card, predictions: Predictions) -> PassingByGroup:
    """Return what was recorded of the installed model, by (attribute, value); nothing where there is no record.

    predictions: recorded with the model, of its test images.
    """
    record = usable_map_record(card)
    return {} if record is None else passing_shares(record, predictions)


def none_recorded(card: Card) -> str:
    """Return the sentence in place of the numbers, Markdown."""
    return _(_NONE_RECORDED).format(title=translated(card.title), id=card.id)


def passing_table(systems: Sequence[tuple[str, PassingByGroup]], titles: Mapping[str, str]) -> str:
    """Return the table, a row for all findings, each label and each subgroup, a column for each system; HTML.

    systems: (title, shares); titles: label -> title.
    """
    keys = dict.fromkeys(key for _title, shares in systems for key in shares)
    rows = [
        (_row_title(key, titles), [_cell(shares.get(key)) for _title, shares in systems])
        for key in sorted(keys, key=lambda key: (key != ALL_FINDINGS, key[0] != BY_LABEL, key[0]))
    ]
    return data_table("groups", _(_CAPTION), ["", *(escape(title) for title, _shares in systems)], rows)


def method_sentence(card: Card) -> str:
    """Return which method's maps were checked, a sentence."""
    method = METHODS[first_method(usable_map_record(card))].title
    return _("{model}: {method}.").format(model=translated(card.title), method=translated(method))


def _row_title(key: tuple[str, str], titles: Mapping[str, str]) -> str:
    attribute, value = key
    if key == ALL_FINDINGS:
        return _("All findings")
    if attribute == BY_LABEL:
        return titles.get(value, value)
    return _("{attribute}: {value}").format(attribute=translated(attribute.capitalize()), value=translated(value))


def _cell(one: PassingShare | None) -> str:
    if one is None:
        return missing(_("not recorded"))
    return (
        f"<b>{decimal(one.share.value)}</b><span>{span(one.share.low, one.share.high)}</span>"
        f"<span class='n'>n {number(one.n)}</span>"
    )
