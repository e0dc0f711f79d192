"""The verdict on a heat map as HTML, and its numbers as table rows."""

from html import escape

from meddx.formatting import decimal
from meddx.types import MapCheck, MapMeasure
from pages.ui.common.charts.table_rows import TableRow

_MARKS = {"good": "passed", "unclear": "unclear", "bad": "failed", "unmeasured": "not measured"}
_STYLES = {"reliable": "reliable", "unclear": "unclear", "not to be relied on": "unreliable"}
"""CSS class of the box, by verdict."""


def verdict_heading(check: MapCheck) -> str:
    """Return the verdict in a line: for a reliable map what hiding the highlighted area does, else what failed."""
    failed = ", ".join(measure.title.lower() for measure in check.measures if measure.verdict == "bad")
    match check.verdict:
        case "not to be relied on":
            return f"Unreliable map (failed: {failed})"
        case "unclear":
            return "Unclear whether this map is reliable" + (f" (failed: {failed})" if failed else "")
        case "reliable":
            passed = all(measure.verdict == "good" for measure in check.measures)
            [effect] = [measure.words for measure in check.measures if measure.name == "faithful"]
            summary = "Passed all checks" if passed else "Failed no check"
            return f"{summary}: {effect[0].lower()}{effect[1:].rstrip('.')}"


def verdict_html(check: MapCheck, method: str, label: str) -> str:
    """Return the verdict's heading and a sentence for each measure, as HTML. method, label: their titles.

    The caution stands in the heading, so that nobody reads the verdict without it.
    """
    items = "".join(_item(measure) for measure in check.measures)
    caution = f". <small>{escape(check.caution)}</small>" if check.caution else ""
    return (
        f'<div class="map-check {_STYLES[check.verdict]}" role="status">'
        f"<h2>{escape(verdict_heading(check))}{caution}</h2>"
        f"<p>{escape(method)}, {escape(label)}</p><ul>{items}</ul></div>"
    )


def measure_rows(check: MapCheck) -> list[TableRow]:
    """Return a row for each measure with its limits, followed by the values that it was computed from."""
    rows: list[TableRow] = []
    for measure in check.measures:
        rows.append(_row(measure))
        rows += [_indented(name, value) for name, value in measure.details.items()]
    return rows


def _item(measure: MapMeasure) -> str:
    return f'<li class="{measure.verdict}"><span>{_MARKS[measure.verdict]}</span>{escape(measure.words)}</li>'


def _row(measure: MapMeasure) -> TableRow:
    value = "" if measure.value is None else decimal(measure.value, 2)
    return {
        "Check": measure.title,
        "Value": value,
        "Failed below": decimal(measure.bad_below, 2),
        "Passed from": decimal(measure.good_from, 2),
    }


def _indented(name: str, value: float) -> TableRow:
    return {"Check": f"– {name}", "Value": decimal(value, 2), "Failed below": "", "Passed from": ""}
