"""Tables of a model's heat-map record: a summary, and all measures. HTML."""

from collections.abc import Callable, Mapping, Sequence
from html import escape

from meddx.evaluate.map_evaluation.measures import BLANK, EMPTY, GAIN, LIKENESS, MEASURES, NEAR, POINTING
from meddx.explain.map_record import MapRecord, MethodRecord, RecordedMeasure, RowKind
from meddx.formatting import percent
from pages.ui.explain.summary_sentences import decided_by

TEST_SET = "test"
ROW_GROUPS: dict[RowKind, str] = {
    "method": "Methods",
    "reference": "The same methods in tf-keras-vis",
    "baseline": "Baselines without a model",
}
_NONE = '<span class="none">not measured</span>'

Column = tuple[str, Callable[[MethodRecord], str]]
"""The heading of a column (HTML), and the function that gives its cell in a row (HTML)."""


def measured_names(record: MapRecord) -> list[str]:
    """Return the names of the measures taken on test images, in the order of MEASURES."""
    names = {one.measure for one in record.measured if one.set == TEST_SET}
    return [name for name in MEASURES if name in names]


def summary_table(record: MapRecord) -> str:
    """Return the table of methods, best first, and baselines: the main measures, weight dependence and time."""
    decided, measured = decided_by(record), measured_names(record)
    names = [decided, *(name for name in (NEAR, POINTING, GAIN, EMPTY) if name != decided and name in measured)][:3]
    columns = [_column(record, name) for name in names]
    columns += [(escape(MEASURES[LIKENESS].title), lambda row: _likeness(record, row)), ("Seconds an image", _seconds)]
    return _table(record, "Test images, best first; 95 % interval below each value", columns, ("method", "baseline"))


def full_tables(record: MapRecord) -> list[str]:
    """Return the tables of all methods and measures: one against annotations, one that needs none."""
    captions = {
        True: "Localisation, against annotated boxes or masks",
        False: "Faithfulness and dependence on the trained weights",
    }
    tables = []
    for of_marks, caption in captions.items():
        names = [name for name in measured_names(record) if MEASURES[name].of_marks == of_marks]
        if names:
            tables.append(_table(record, caption, [_column(record, name) for name in names], tuple(ROW_GROUPS)))
    return tables


def measure_meanings(record: MapRecord) -> dict[str, str]:
    """Return the meaning of each measure by its title, and how the intervals were computed."""
    meanings = {MEASURES[name].title: MEASURES[name].meaning for name in measured_names(record)}
    methods = {one.interval.split(" over ")[0] for one in record.measured if one.set == TEST_SET}
    return meanings | {
        "95 % intervals": f"{'; '.join(sorted(methods))}, by patient. n counts maps, one for each finding in an "
        "image; slow methods were measured on fewer."
    }


def _column(record: MapRecord, name: str) -> Column:
    return escape(MEASURES[name].title), lambda row: measure_cell(record.of(row.name, name))


def measure_cell(one: RecordedMeasure | None) -> str:
    """Return a value with n and its interval as a table cell; HTML."""
    if one is None:
        return _NONE
    return (
        f'<b>{one.value:z.2f}</b><span class="n">n {one.n:,}</span>'
        f'<span class="range">{one.low:z.2f} to {one.high:z.2f}</span>'
    )


def _likeness(record: MapRecord, row: MethodRecord) -> str:
    """Return the similarity to maps of shuffled networks; where all of these are empty, say so instead of 0."""
    similarity, empty = record.of(row.name, LIKENESS), record.of(row.name, BLANK)
    if similarity is None and empty is not None and empty.value == 1:
        return f'all maps empty<span class="n">n {empty.n:,}</span>'
    if empty is None or empty.value == 0:
        return measure_cell(similarity)
    return f'{measure_cell(similarity)}<span class="range">{escape(percent(empty.value))} empty</span>'


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
    badge = '<span class="badge">default</span>' if recommended else ""
    cells = "".join(f"<td>{of(row)}</td>" for _, of in columns)
    return f'<tr{" class=first" if recommended else ""}><th scope="row">{escape(row.title)}{badge}</th>{cells}</tr>'


def _order(record: MapRecord) -> Callable[[MethodRecord], float]:
    """Return a sort key: best first by the deciding measure, unmeasured rows last."""
    values: Mapping[str, float] = {
        one.method: one.value for one in record.measured if one.set == TEST_SET and one.measure == decided_by(record)
    }
    return lambda row: -values.get(row.name, -2.0)
