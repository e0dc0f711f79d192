"""Tables over all models: the default method of each and its result, and all methods by model. HTML."""

from collections.abc import Sequence
from html import escape

from meddx.evaluate.map_evaluation.measures import GAIN, MEASURES, NEAR
from meddx.explain.map_record import MapRecord
from meddx.model.card import Card
from pages.ui.common.default_method import (
    MEANINGFUL,
    beats_baselines,
    best_baseline,
    decided_by,
    default_title,
    difference_to_baseline,
)
from pages.ui.common.language.formatting import range_text, signed
from pages.ui.common.language.language import _, number
from pages.ui.common.language.translated import translated
from pages.ui.common.passing_maps import mostly_failing
from pages.ui.explain.record_tables import measure_cell

ModelRecords = Sequence[tuple[Card, MapRecord]]
MOST_COLUMNS = 12
"""Models beside each other in a window of 1024 pixels."""
_TINT = 0.55
"""Opacity of a cell of value 1."""


def default_methods(records: ModelRecords) -> str:
    """Return a table with a row for each model: default method, its result on test images and the best baseline."""
    head = [
        "",
        _("Default method"),
        _("Measure"),
        _("Test images"),
        _("Best baseline without a model"),
        _("Difference"),
        _("Clearly better"),
    ]
    heads = "".join(f'<th scope="col">{title}</th>' for title in head)
    caption = _(
        "The method that Diagnose shows first for each model, compared with the best baseline; 95 % intervals. Clearly "
        "better: by {least} or more, and an interval above 0. No reliable heat map: Diagnose withholds it until a "
        "reader asks"
    ).format(least=f"{MEANINGFUL:g}")
    return (
        f'<div class="scroll"><table class="numbers maps every"><caption>{caption}</caption>'
        f"<thead><tr>{heads}</tr></thead>"
        f"<tbody>{''.join(_line(card, record) for card, record in records)}</tbody></table></div>"
    )


def _line(card: Card, record: MapRecord) -> str:
    decided, baseline = decided_by(record), best_baseline(record, decided_by(record))
    words = _("no reliable heat map")
    withheld = f'<span class="range">{words}</span>' if mostly_failing(record) else ""
    cells = [
        escape(default_title(record)) + withheld,
        escape(translated(MEASURES[decided].title)),
        measure_cell(record.of(record.recommended, decided)),
        measure_cell(None if baseline is None else baseline[1]),
        _difference(record),
        _("yes") if beats_baselines(record) else _("no"),
    ]
    return (
        f'<tr><th scope="row">{escape(translated(card.title))}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
    )


def _difference(record: MapRecord) -> str:
    difference = difference_to_baseline(record)
    if difference is None:
        return measure_cell(None)
    low, high = signed(difference.low, 2), signed(difference.high, 2)
    return f'<b>{signed(difference.value, 2)}</b><span class="range">{range_text(low, high)}</span>'


def method_grids(records: ModelRecords) -> list[str]:
    """Return tables of methods by models for pointing, where images are annotated, and for faithfulness.

    Of one measure there are as many as keep each within MOST_COLUMNS models.
    """
    return [grid for measure in (NEAR, GAIN) for grid in _grids(records, measure)]


def _grids(records: ModelRecords, measure: str) -> list[str]:
    measured = [(card, record) for card, record in records if any(one.measure == measure for one in record.measured)]
    grids = -(-len(measured) // MOST_COLUMNS)
    return [
        _grid(measured[one * len(measured) // grids : (one + 1) * len(measured) // grids], measure)
        for one in range(grids)
    ]


def _grid(measured: ModelRecords, measure: str) -> str:
    methods = {
        row.name: translated(row.title)
        for _card, record in measured
        for row in record.methods
        if row.kind != "reference" and record.of(row.name, measure) is not None
    }
    heads = "".join(f'<th scope="col"><span>{escape(translated(card.title))}</span></th>' for card, _record in measured)
    lines = "".join(
        f'<tr><th scope="row">{escape(title)}</th>'
        f"{''.join(_cell(record, name, measure) for _card, record in measured)}</tr>"
        for name, title in methods.items()
    )
    caption = _(
        "{measure} on test images. Framed: default method. Hover over a value for its interval and n, or export"
    ).format(measure=translated(MEASURES[measure].title))
    return (
        f'<div class="scroll"><table class="numbers grid"><caption>{escape(caption)}</caption>'
        f'<thead><tr><th scope="col"></th>{heads}</tr></thead><tbody>{lines}</tbody></table></div>'
    )


def _cell(record: MapRecord, name: str, measure: str) -> str:
    result = record.of(name, measure)
    if result is None:
        return '<td class="none">-</td>'
    tint = _TINT * min(max(result.value, 0.0), 1.0)
    chosen = ' class="chosen"' if name == record.recommended else ""
    limits = range_text(f"{result.low:z.2f}", f"{result.high:z.2f}")
    tooltip = _("{value} ({range}), n {count}").format(
        value=f"{result.value:z.2f}", range=limits, count=number(result.n)
    )
    return f'<td{chosen} title="{tooltip}" style="background: rgba(86, 180, 233, {tint:.2f})">{result.value:z.2f}</td>'
