"""The record of a model's maps as tables and as a file: methods, other software and floors apart."""

import csv
import io
from html import escape

from meddx.evaluate.maps.measures import MEASURES
from meddx.explain.record import Measured, MethodRecord, Record
from pages.ui.models.text import table

TEST = "test"
GROUPS = {
    "method": "Methods, on test films",
    "reference": "tf-keras-vis' own maps of the same model, for comparison",
    "floor": "Maps that saw no network: what a method must beat to say anything about the film",
}


def measured(record: Record) -> list[str]:
    """Names of the measures that the record has test numbers of, in the order of MEASURES."""
    found = {one.measure for one in record.measured if one.set == TEST}
    return [name for name in MEASURES if name in found]


def group(record: Record, kind: str) -> str:
    """The rows of one kind; HTML, empty where there are none."""
    rows = [row for row in record.methods if row.kind == kind]
    if not rows:
        return ""
    names = measured(record)
    head = ["", *(escape(MEASURES[name].title) for name in names), "Seconds a film"]
    cells = [
        (_named(row, record), [*(_cell(record.of(row.name, name)) for name in names), _seconds(row)]) for row in rows
    ]
    return table(f"maps {kind}", GROUPS[kind], head, cells)


def meanings(record: Record) -> dict[str, str]:
    """What each measure says, and how its interval came about."""
    found = {MEASURES[name].title: MEASURES[name].meaning for name in measured(record)}
    methods = sorted({one.interval for one in record.measured if one.set == TEST})
    return found | {
        "Ranges are 95 % intervals": f"{'; '.join(methods)}. n counts maps, one a marked finding of a film."
    }


def as_csv(record: Record) -> str:
    """Every number of both sets, a line each."""
    file = io.StringIO()
    lines = csv.writer(file, lineterminator="\n")
    lines.writerow(
        ["model", "version", "row", "title", "kind", "measure", "set", "value", "low", "high", "n", "interval"]
    )
    for one in record.measured:
        row = record.method(one.method)
        title, kind = (row.title, row.kind) if row else ("", "")
        numbers = [one.measure, one.set, one.value, one.low, one.high, one.n, one.interval]
        lines.writerow([record.model, record.version, one.method, title, kind, *numbers])
    return file.getvalue()


def _named(row: MethodRecord, record: Record) -> str:
    return f"{row.title} (recommended)" if row.name == record.recommended else row.title


def _cell(one: Measured | None) -> str:
    if one is None:
        return '<span class="none">not measured</span>'
    return f'<b>{one.value:.2f}</b><span>{one.low:.2f} to {one.high:.2f}</span><span class="n">n {one.n:,}</span>'


def _seconds(row: MethodRecord) -> str:
    return '<span class="none">none</span>' if row.seconds is None else f"{row.seconds:.2g}"
