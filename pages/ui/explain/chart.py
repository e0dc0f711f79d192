"""The measure that decided, of every method and of maps that saw no network: a dot with its interval."""

from meddx.explain.record import Measured, Record
from pages.ui.charts.style import GREEN, QUIET, SKY, Figure, axis, figure, upright
from pages.ui.explain.words import best_floor

ROW = 24
"""Pixels."""


def deciding(record: Record, measure: str, title: str) -> Figure | None:
    """Best at the top, a line at the best map that saw no network; None where the measure has no test number."""
    found = [(row, record.of(row.name, measure)) for row in record.methods if row.kind != "reference"]
    known = sorted(((row, one) for row, one in found if one is not None), key=lambda pair: pair[1].value)
    if not known:
        return None
    groups: dict[str, list[tuple[str, Measured]]] = {"Shown first": [], "Other methods": [], "No network": []}
    for row, one in known:
        name = "No network" if row.kind == "floor" else "Other methods"
        groups["Shown first" if row.name == record.recommended else name].append((row.title, one))
    looks = zip(groups.items(), ((GREEN, "circle"), (SKY, "circle"), (QUIET, "square")), strict=True)
    traces = [_dots(name, colour, symbol, points) for (name, points), (colour, symbol) in looks if points]
    least, most = min(0.0, *(one.low for _, one in known)), max(one.high for _, one in known)
    room = 0.03 * (most - least)
    across = axis(title, range=[least - room, most + room])
    down = axis("", categoryorder="array", categoryarray=[row.title for row, _ in known], dtick=1)
    floor = best_floor(record, measure)
    lines = [] if floor is None else [upright(floor[1].value)]
    return figure(traces, across, down, height=110 + ROW * len(known), shapes=lines)


def _dots(name: str, colour: str, symbol: str, points: list[tuple[str, Measured]]) -> Figure:
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
