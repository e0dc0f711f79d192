"""The pointing game of every row, a dot with its interval."""

from meddx.explain.record import Measured, Record
from pages.ui.charts.style import GREEN, ORANGE, QUIET, SKY, Figure, axis, figure

SHOWN = {
    "method": ("Method", SKY, "circle"),
    "reference": ("tf-keras-vis", ORANGE, "diamond"),
    "floor": ("No network", QUIET, "square"),
}
ROW = 24
"""Pixels."""


def pointing(record: Record, measure: str, title: str) -> Figure | None:
    """Best at the top; None where the measure has no test number."""
    found = [(row, record.of(row.name, measure)) for row in record.methods]
    known = sorted(((row, one) for row, one in found if one is not None), key=lambda pair: pair[1].value)
    if not known:
        return None
    traces = []
    for kind, (name, colour, symbol) in SHOWN.items():
        of = [(row, one) for row, one in known if row.kind == kind]
        traces.append(_dots(name, colour, symbol, [(row.title, one) for row, one in of]))
    recommended = [(row.title, one) for row, one in known if row.name == record.recommended]
    traces.append(_dots("Recommended", GREEN, "circle", recommended))
    names = [row.title for row, _ in known]
    across = axis(title, range=[-0.02, 1.02], dtick=0.2)
    down = axis("", categoryorder="array", categoryarray=names, dtick=1)
    return figure(traces, across, down, height=110 + ROW * len(known))


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
