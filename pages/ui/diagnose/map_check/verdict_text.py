"""The verdict on a heat map as HTML, and its numbers as table rows."""

from html import escape

from meddx.explain.map_check.check_words import check_reason
from meddx.types import MapCheck, MapMeasure
from pages.ui.common.charts.table_rows import TableRow
from pages.ui.common.language.formatting import decimal, listed
from pages.ui.common.language.language import N_, _
from pages.ui.common.language.translated import translated

_MARKS = {"good": N_("passed"), "unclear": N_("unclear"), "bad": N_("failed"), "unmeasured": N_("not measured")}
_STYLES = {"reliable": "reliable", "unclear": "unclear", "not to be relied on": "unreliable"}
"""CSS class of the box, by verdict."""


def verdict_heading(check: MapCheck) -> str:
    """Return the verdict in a line: for a reliable map what hiding the highlighted area does, else what failed."""
    failed = listed(translated(measure.title.lower()) for measure in check.measures if measure.verdict == "bad")
    match check.verdict:
        case "not to be relied on":
            return _("Unreliable map (failed: {checks})").format(checks=failed)
        case "unclear":
            if not failed:
                return _("Unclear whether this map is reliable")
            return _("Unclear whether this map is reliable (failed: {checks})").format(checks=failed)
        case "reliable":
            passed = all(measure.verdict == "good" for measure in check.measures)
            summary = _("Passed all checks: {effect}") if passed else _("Failed no check: {effect}")
            return summary.format(effect=effect_text(check))


def effect_text(check: MapCheck) -> str:
    """Return what hiding the highlighted area does, a phrase without a full stop."""
    [effect] = [translated(measure.words) for measure in check.measures if measure.name == "faithful"]
    return f"{effect[0].lower()}{effect[1:].rstrip('.。')}"


def reason_text(check: MapCheck) -> str:
    """Return why a check ended so (meddx.explain.map_check.check_words.check_reason)."""
    return effect_text(check) if check.verdict == "reliable" else translated(check_reason(check))


def verdict_html(check: MapCheck, method: str, label: str) -> str:
    """Return the verdict's heading and a sentence for each measure, as HTML. method, label: their titles.

    The caution stands in the heading, so that nobody reads the verdict without it.
    """
    items = "".join(_item(measure) for measure in check.measures)
    heading, caution = escape(verdict_heading(check)), ""
    if check.caution:
        heading, caution = (
            escape(_("{heading}.").format(heading=verdict_heading(check))),
            f" <small>{escape(translated(check.caution))}</small>",
        )
    of = _("{method}, {label}").format(method=method, label=label)
    return (
        f'<div class="map-check {_STYLES[check.verdict]}" role="status">'
        f"<h2>{heading}{caution}</h2>"
        f"<p>{escape(of)}</p><ul>{items}</ul></div>"
    )


def measure_rows(check: MapCheck) -> list[TableRow]:
    """Return a row for each measure with its limits, followed by the values that it was computed from."""
    rows: list[TableRow] = []
    for measure in check.measures:
        rows.append(_row(measure))
        rows += [_indented(name, value) for name, value in measure.details.items()]
    return rows


def _item(measure: MapMeasure) -> str:
    mark, words = escape(_(_MARKS[measure.verdict])), escape(translated(measure.words))
    return f'<li class="{measure.verdict}"><span>{mark}</span>{words}</li>'


def _row(measure: MapMeasure) -> TableRow:
    value = "" if measure.value is None else decimal(measure.value, 2)
    return {
        _("Check"): translated(measure.title),
        _("Value"): value,
        _("Failed below"): decimal(measure.bad_below, 2),
        _("Passed from"): decimal(measure.good_from, 2),
    }


def _indented(name: str, value: float) -> TableRow:
    return {
        _("Check"): f"– {translated(name)}",
        _("Value"): decimal(value, 2),
        _("Failed below"): "",
        _("Passed from"): "",
    }
