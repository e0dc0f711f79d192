"""The verdict on a map as HTML, and its numbers as rows."""

from html import escape

from meddx.formatting import decimal
from meddx.types import MapCheck, MapMeasure
from pages.ui.common.charts.table_rows import TableRow

_HEADINGS = {
    "reliable": "The answer hangs on this map, and no test failed",
    "unclear": "Unclear whether this map can be relied on",
    "not to be relied on": "Do not rely on this map",
}
UNCHECKED = "<p>What counts as failed was chosen on other methods' maps; for this one it is not checked.</p>"
_MARKS = {"good": "passed", "unclear": "unclear", "bad": "failed", "unmeasured": "not measured"}


def verdict_html(found: MapCheck, method: str, label: str) -> str:
    """Heading and a sentence for each measure. method, label: as the reader knows them."""
    items = "".join(_item(one) for one in found.measures)
    return (
        f'<div class="map-test {found.verdict.split()[0]}" role="status"><h2>{_HEADINGS[found.verdict]}</h2>'
        f"<p>{escape(method)}, {escape(label)}</p><ul>{items}</ul>{'' if found.checked else UNCHECKED}</div>"
    )


def measure_rows(found: MapCheck) -> list[TableRow]:
    """Each measure with what it is held to, then what it was computed from."""
    listed: list[TableRow] = []
    for one in found.measures:
        listed.append(_row(one))
        listed += [_indented(name, value) for name, value in one.details.items()]
    return listed


def _item(one: MapMeasure) -> str:
    return f'<li class="{one.verdict}"><span>{_MARKS[one.verdict]}</span>{escape(one.words)}</li>'


def _row(one: MapMeasure) -> TableRow:
    value = "" if one.value is None else decimal(one.value, 2)
    return {
        "Measure": one.title,
        "Value": value,
        "Failed below": decimal(one.bad_below, 2),
        "Passed from": decimal(one.good_from, 2),
    }


def _indented(name: str, value: float) -> TableRow:
    return {"Measure": f"– {name}", "Value": decimal(value, 2), "Failed below": "", "Passed from": ""}
