"""All models at once: what is shown first on each and how well that does, and methods beside models. HTML."""

from collections.abc import Sequence
from html import escape

from meddx.evaluate.map_evaluation.measures import GAIN, MEASURES, NEAR
from meddx.explain.map_record import MapRecord
from meddx.model.card import Card
from pages.ui.explain.record_tables import measure_cell
from pages.ui.explain.summary_sentences import beats_chance, best_baseline, decided_by

ModelRecords = Sequence[tuple[Card, MapRecord]]
_TINT = 0.55
"""Opacity of a cell of value 1."""


def first_methods(known: ModelRecords) -> str:
    """A row a model: the method shown first, what test images said of it, and of the best map that saw no network."""
    head = ["", "Shown first", "Decided by", "On test images", "Without a network", "Clearly better"]
    heads = "".join(f'<th scope="col">{one}</th>' for one in head)
    return (
        '<div class="scroll"><table class="numbers maps every"><caption>The method that Diagnose shows first on each '
        f"model, and how it did beside the best map that saw no network</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{''.join(_line(card, record) for card, record in known)}</tbody></table></div>"
    )


def _line(card: Card, record: MapRecord) -> str:
    decided, baseline, row = (
        decided_by(record),
        best_baseline(record, decided_by(record)),
        record.method(record.recommended),
    )
    cells = [
        escape(row.title if row else record.recommended),
        escape(MEASURES[decided].title),
        measure_cell(record.of(record.recommended, decided)),
        measure_cell(None if baseline is None else baseline[1]),
        "yes" if beats_chance(record) else "no",
    ]
    return f'<tr><th scope="row">{escape(card.title)}</th>{"".join(f"<td>{one}</td>" for one in cells)}</tr>'


def method_grids(known: ModelRecords) -> list[str]:
    """Methods down, models across: where images are marked, whether they point; of every model, what hangs on them."""
    return [grid for measure in (NEAR, GAIN) if (grid := _grid(known, measure))]


def _grid(known: ModelRecords, measure: str) -> str:
    of = [(card, record) for card, record in known if any(one.measure == measure for one in record.measured)]
    if not of:
        return ""
    rows = {
        row.name: row.title
        for _, record in of
        for row in record.methods
        if row.kind != "reference" and record.of(row.name, measure) is not None
    }
    heads = "".join(f'<th scope="col"><span>{escape(card.title)}</span></th>' for card, _ in of)
    lines = "".join(
        f'<tr><th scope="row">{escape(title)}</th>{"".join(_square(record, name, measure) for _, record in of)}</tr>'
        for name, title in rows.items()
    )
    return (
        f'<div class="scroll"><table class="numbers grid"><caption>{escape(MEASURES[measure].title)}, test images. '
        "Framed: shown first. Intervals and n: point at a number, or export</caption>"
        f'<thead><tr><th scope="col"></th>{heads}</tr></thead><tbody>{lines}</tbody></table></div>'
    )


def _square(record: MapRecord, name: str, measure: str) -> str:
    one = record.of(name, measure)
    if one is None:
        return '<td class="none">-</td>'
    tint = _TINT * min(max(one.value, 0.0), 1.0)
    chosen = ' class="chosen"' if name == record.recommended else ""
    told = f"{one.value:z.2f} ({one.low:z.2f} to {one.high:z.2f}), n {one.n:,}"
    return f'<td{chosen} title="{told}" style="background: rgba(86, 180, 233, {tint:.2f})">{one.value:z.2f}</td>'
