"""The measure that decided, of every method and of maps that saw no network: a dot with its interval."""

from meddx.explain.map_record import MapRecord, RecordedMeasure
from pages.ui.common.charts.style import MUTED_COLOUR, SERIES_GREEN, SKY, Figure, axis, line_figure, vertical_line
from pages.ui.explain.summary_sentences import best_baseline

ROW_HEIGHT = 24
"""Pixels."""


def deciding_measure_figure(record: MapRecord, measure: str, title: str) -> Figure | None:
    """Best at the top, a line at the best map that saw no network; None where the measure has no test number."""
    found = [(row, record.of(row.name, measure)) for row in record.methods if row.kind != "reference"]
    known = sorted(((row, one) for row, one in found if one is not None), key=lambda pair: pair[1].value)
    if not known:
        return None
    groups: dict[str, list[tuple[str, RecordedMeasure]]] = {"Shown first": [], "Other methods": [], "No network": []}
    for row, one in known:
        name = "No network" if row.kind == "baseline" else "Other methods"
        groups["Shown first" if row.name == record.recommended else name].append((row.title, one))
    looks = zip(groups.items(), ((SERIES_GREEN, "circle"), (SKY, "circle"), (MUTED_COLOUR, "square")), strict=True)
    traces = [_dots(name, colour, symbol, points) for (name, points), (colour, symbol) in looks if points]
    least, most = min(0.0, *(one.low for _, one in known)), max(one.high for _, one in known)
    room = 0.03 * (most - least)
    across = axis(title, range=[least - room, most + room])
    down = axis("", categoryorder="array", categoryarray=[row.title for row, _ in known], dtick=1)
    baseline = best_baseline(record, measure)
    lines = [] if baseline is None else [vertical_line(baseline[1].value)]
    return line_figure(traces, across, down, height=110 + ROW_HEIGHT * len(known), shapes=lines)


def _dots(name: str, colour: str, symbol: str, points: list[tuple[str, RecordedMeasure]]) -> Figure:
    numbers = [one for _, one in points]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [one.value for one in numbers],
        "y": [title for title, _ in points],
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
        "hovertemplate": "%{y}: %{x:.2f} (%{customdata[0]:.2f} to %{customdata[1]:.2f}), "
        "n %{customdata[2]}<extra></extra>",
    }
