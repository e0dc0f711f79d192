"""Tables of a model's heat-map record: a summary, and all measures. HTML."""

from collections.abc import Callable, Mapping, Sequence
from html import escape

from meddx.evaluate.map_evaluation.measures import BLANK, EMPTY, GAIN, LIKENESS, MEASURES, NEAR, POINTING
from meddx.explain.map_record import MapRecord, MethodRecord, RecordedMeasure, RowKind
from pages.ui.common.default_method import decided_by
from pages.ui.common.html import missing
from pages.ui.common.language.formatting import clauses, percent, range_text
from pages.ui.common.language.language import N_, _, number
from pages.ui.common.language.translated import translated

TEST_SET = "test"
ROW_GROUPS: dict[RowKind, str] = {
    "method": N_("Methods"),
    "reference": N_("The same methods in tf-keras-vis"),
    "baseline": N_("Baselines without a model"),
}

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
    columns += [
        (escape(translated(MEASURES[LIKENESS].title)), lambda row: _likeness(record, row)),
        (_("Seconds an image"), _seconds),
    ]
    return _table(record, _("Test images, best first; 95 % interval below each value"), columns, ("method", "baseline"))


def full_tables(record: MapRecord) -> list[str]:
    """Return the tables of all methods and measures: one against annotations, one that needs none."""
    captions = {
        True: _("Localisation, against annotated boxes or masks"),
        False: _("Faithfulness and dependence on the trained weights"),
    }
    tables = []
    for of_marks, caption in captions.items():
        names = [name for name in measured_names(record) if MEASURES[name].of_marks == of_marks]
        if names:
            tables.append(_table(record, caption, [_column(record, name) for name in names], tuple(ROW_GROUPS)))
    return tables


def measure_meanings(record: MapRecord) -> dict[str, str]:
    """Return the meaning of each measure by its title, and how the intervals were computed."""
    shown = [MEASURES[name] for name in measured_names(record)]
    meanings = {translated(one.title): translated(one.meaning) for one in shown}
    methods = {one.interval.split(" over ")[0] for one in record.measured if one.set == TEST_SET}
    sentence = _(
        "{methods}, by patient. n counts maps, one for each finding in an image; slow methods were measured on fewer."
    )
    return meanings | {_("95 % intervals"): sentence.format(methods=clauses(map(translated, sorted(methods))))}


def _column(record: MapRecord, name: str) -> Column:
    return escape(translated(MEASURES[name].title)), lambda row: measure_cell(record.of(row.name, name))


def measure_cell(one: RecordedMeasure | None) -> str:
    """Return a value with n and its interval as a table cell; HTML."""
    if one is None:
        return missing(_("not measured"))
    limits = range_text(f"{one.low:z.2f}", f"{one.high:z.2f}")
    return f'<b>{one.value:z.2f}</b><span class="n">n {number(one.n)}</span><span class="range">{limits}</span>'


def _likeness(record: MapRecord, row: MethodRecord) -> str:
    """Return the similarity to maps of shuffled networks; where all of these are empty, say so instead of 0."""
    similarity, empty = record.of(row.name, LIKENESS), record.of(row.name, BLANK)
    if similarity is None and empty is not None and empty.value == 1:
        words = _("all maps empty")
        return f'{words}<span class="n">n {number(empty.n)}</span>'
    if empty is None or empty.value == 0:
        return measure_cell(similarity)
    words = _("{share} empty").format(share=percent(empty.value))
    return f'{measure_cell(similarity)}<span class="range">{escape(words)}</span>'


def _seconds(row: MethodRecord) -> str:
    return missing(_("none")) if row.seconds is None else f"{row.seconds:.2g}"


def _table(record: MapRecord, caption: str, columns: Sequence[Column], kinds: Sequence[RowKind]) -> str:
    heads = "".join(f'<th scope="col">{head}</th>' for head, _of in columns)
    bodies = "".join(_body(record, kind, columns) for kind in kinds)
    return (
        f'<div class="scroll"><table class="numbers maps"><caption>{escape(caption)}</caption>'
        f'<thead><tr><th scope="col"></th>{heads}</tr></thead>{bodies}</table></div>'
    )


def _body(record: MapRecord, kind: RowKind, columns: Sequence[Column]) -> str:
    rows = sorted((row for row in record.methods if row.kind == kind), key=_order(record))
    if not rows:
        return ""
    title = (
        f'<tr class="kind"><th colspan="{len(columns) + 1}" scope="rowgroup">{escape(_(ROW_GROUPS[kind]))}</th></tr>'
    )
    return f'<tbody class="{kind}">{title}{"".join(_line(record, row, columns) for row in rows)}</tbody>'


def _line(record: MapRecord, row: MethodRecord, columns: Sequence[Column]) -> str:
    recommended = row.name == record.recommended
    words = _("default")
    badge = f'<span class="badge">{words}</span>' if recommended else ""
    cells = "".join(f"<td>{of(row)}</td>" for _head, of in columns)
    name = escape(translated(row.title))
    return f'<tr{" class=first" if recommended else ""}><th scope="row">{name}{badge}</th>{cells}</tr>'


def _order(record: MapRecord) -> Callable[[MethodRecord], float]:
    """Return a sort key: best first by the deciding measure, unmeasured rows last."""
    values: Mapping[str, float] = {
        one.method: one.value for one in record.measured if one.set == TEST_SET and one.measure == decided_by(record)
    }
    return lambda row: -values.get(row.name, -2.0)
