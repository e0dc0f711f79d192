"""Draw the deciding measure of every method and of the baselines without a model, with 95 % intervals."""

from meddx.explain.map_record import MapRecord, RecordedMeasure
from pages.ui.common.charts.style import MUTED_COLOUR, SERIES_GREEN, SKY, Figure, axis, line_figure, vertical_line
from pages.ui.common.default_method import best_baseline
from pages.ui.common.language.language import N_, _
from pages.ui.common.language.translated import translated

ROW_HEIGHT = 24
"""Height of a method's row, in pixels."""
DEFAULT_METHOD, OTHER_METHODS, BASELINES = N_("Default method"), N_("Other methods"), N_("Baselines without a model")


def deciding_measure_figure(record: MapRecord, measure: str, title: str) -> Figure | None:
    """Return a dot with its interval for each method, the best at the top, and a line at the best baseline.

    None where the measure was not taken on test images. title: of the axis.
    """
    results = [(row, record.of(row.name, measure)) for row in record.methods if row.kind != "reference"]
    measured = sorted(((row, one) for row, one in results if one is not None), key=lambda pair: pair[1].value)
    if not measured:
        return None
    groups: dict[str, list[tuple[str, RecordedMeasure]]] = {DEFAULT_METHOD: [], OTHER_METHODS: [], BASELINES: []}
    for row, result in measured:
        name = BASELINES if row.kind == "baseline" else OTHER_METHODS
        groups[DEFAULT_METHOD if row.name == record.recommended else name].append((translated(row.title), result))
    markers = ((SERIES_GREEN, "circle"), (SKY, "circle"), (MUTED_COLOUR, "square"))
    styled = zip(groups.items(), markers, strict=True)
    traces = [_dots(_(name), colour, symbol, points) for (name, points), (colour, symbol) in styled if points]
    least, most = min(0.0, *(one.low for _row, one in measured)), max(one.high for _row, one in measured)
    margin = 0.03 * (most - least)
    x = axis(title, range=[least - margin, most + margin])
    y = axis("", categoryorder="array", categoryarray=[translated(row.title) for row, _one in measured], dtick=1)
    baseline = best_baseline(record, measure)
    lines = [] if baseline is None else [vertical_line(baseline[1].value)]
    return line_figure(traces, x, y, height=110 + ROW_HEIGHT * len(measured), shapes=lines)


def _dots(name: str, colour: str, symbol: str, points: list[tuple[str, RecordedMeasure]]) -> Figure:
    numbers = [one for _title, one in points]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [one.value for one in numbers],
        "y": [title for title, _one in points],
        "marker": {"color": colour, "symbol": symbol, "size": 9},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [one.high - one.value for one in numbers],
            "arrayminus": [one.value - one.low for one in numbers],
            "color": colour,
            "thickness": 1.4,
            "width": 3,
        },
        "customdata": [[one.low, one.high, one.n] for one in numbers],
        "hovertemplate": _("%{y}: %{x:.2f} (%{customdata[0]:.2f} to %{customdata[1]:.2f}), n %{customdata[2]}")
        + "<extra></extra>",
    }
