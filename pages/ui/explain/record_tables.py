"""The record of a model's maps as tables: what a reader needs first, and every number on request. HTML."""

from collections.abc import Callable, Mapping, Sequence
from html import escape

from meddx.evaluate.map_evaluation.measures import BLANK, EMPTY, GAIN, LIKENESS, MEASURES, NEAR, POINTING
from meddx.explain.map_record import MapRecord, MethodRecord, RecordedMeasure, RowKind
from meddx.formatting import percent
from pages.ui.explain.summary_sentences import decided_by

TEST_SET = "test"
ROW_GROUPS: dict[RowKind, str] = {
    "method": "Methods",
    "reference": "The same methods as tf-keras-vis draws them",
    "baseline": "Maps that saw no network: what a method must beat",
}
_NONE = '<span class="none">not measured</span>'

Column = tuple[str, Callable[[MethodRecord], str]]
"""Its head, and the cell of a row."""


def measured_names(record: MapRecord) -> list[str]:
    """Names of the measures that the record has test numbers of, in the order of MEASURES."""
    found = {one.measure for one in record.measured if one.set == TEST_SET}
    return [name for name in MEASURES if name in found]


def summary_table(record: MapRecord) -> str:
    """The methods, best first, and the baselines, by what decided and by whether their maps follow the network."""
    decided, found = decided_by(record), measured_names(record)
    names = [decided, *(name for name in (NEAR, POINTING, GAIN, EMPTY) if name != decided and name in found)][:3]
    columns = [_column(record, name) for name in names]
    columns += [("Likeness to a shuffled network", lambda row: _likeness(record, row)), ("Seconds an image", _seconds)]
    return _table(record, "On test images, the best first; 95 % intervals below", columns, ("method", "baseline"))


def full_tables(record: MapRecord) -> list[str]:
    """Every row and measure, a table for what needs marks and one for what does not."""
    captions = {
        True: "Where it marks the image, against boxes or masks",
        False: "What hangs on it, and what it follows",
    }
    tables = []
    for of_marks, caption in captions.items():
        names = [name for name in measured_names(record) if MEASURES[name].of_marks == of_marks]
        if names:
            tables.append(_table(record, caption, [_column(record, name) for name in names], tuple(ROW_GROUPS)))
    return tables


def measure_meanings(record: MapRecord) -> dict[str, str]:
    """What each measure says, and how its interval came about."""
    found = {MEASURES[name].title: MEASURES[name].meaning for name in measured_names(record)}
    methods = {one.interval.split(" over ")[0] for one in record.measured if one.set == TEST_SET}
    return found | {
        "Ranges are 95 % intervals": f"{'; '.join(sorted(methods))} over patients. n counts maps, one a finding of a "
        "image; slow methods have fewer."
    }


def _column(record: MapRecord, name: str) -> Column:
    return escape(MEASURES[name].title), lambda row: measure_cell(record.of(row.name, name))


def measure_cell(one: RecordedMeasure | None) -> str:
    """A number with n, its interval below."""
    if one is None:
        return _NONE
    return (
        f'<b>{one.value:z.2f}</b><span class="n">n {one.n:,}</span>'
        f'<span class="range">{one.low:z.2f} to {one.high:z.2f}</span>'
    )


def _likeness(record: MapRecord, row: MethodRecord) -> str:
    """Where all maps of shuffled networks are empty there is nothing to liken: said in words, not as 0."""
    alike, blank = record.of(row.name, LIKENESS), record.of(row.name, BLANK)
    if alike is None and blank is not None and blank.value == 1:
        return f'that marks nothing<span class="n">n {blank.n:,}</span>'
    if blank is None or blank.value == 0:
        return measure_cell(alike)
    return f'{measure_cell(alike)}<span class="range">{escape(percent(blank.value))} mark nothing</span>'


def _seconds(row: MethodRecord) -> str:
    return '<span class="none">none</span>' if row.seconds is None else f"{row.seconds:.2g}"


def _table(record: MapRecord, caption: str, columns: Sequence[Column], kinds: Sequence[RowKind]) -> str:
    heads = "".join(f'<th scope="col">{head}</th>' for head, _ in columns)
    bodies = "".join(_body(record, kind, columns) for kind in kinds)
    return (
        f'<div class="scroll"><table class="numbers maps"><caption>{escape(caption)}</caption>'
        f'<thead><tr><th scope="col"></th>{heads}</tr></thead>{bodies}</table></div>'
    )


def _body(record: MapRecord, kind: RowKind, columns: Sequence[Column]) -> str:
    rows = sorted((row for row in record.methods if row.kind == kind), key=_order(record))
    if not rows:
        return ""
    title = f'<tr class="kind"><th colspan="{len(columns) + 1}" scope="rowgroup">{escape(ROW_GROUPS[kind])}</th></tr>'
    return f'<tbody class="{kind}">{title}{"".join(_line(record, row, columns) for row in rows)}</tbody>'


def _line(record: MapRecord, row: MethodRecord, columns: Sequence[Column]) -> str:
    recommended = row.name == record.recommended
    badge = '<span class="badge">shown first</span>' if recommended else ""
    cells = "".join(f"<td>{of(row)}</td>" for _, of in columns)
    return f'<tr{" class=first" if recommended else ""}><th scope="row">{escape(row.title)}{badge}</th>{cells}</tr>'


def _order(record: MapRecord) -> Callable[[MethodRecord], float]:
    """The best first, as far as the deciding measure tells; unmeasured rows last."""
    values: Mapping[str, float] = {
        one.method: one.value for one in record.measured if one.set == TEST_SET and one.measure == decided_by(record)
    }
    return lambda row: -values.get(row.name, -2.0)
