"""Draw what `benchmarks.cost_model` measured and the lines through it, for docs/cost-model.md."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.cost_fit import fit_of
from meddx.export.svg_chart import HEIGHT, ORANGE, WIDTH, Axis, Dots, Line, plot

PANELS = (
    ("image", "core-seconds", "megapixels of a film"),
    ("batch", "core-seconds", "inputs of a pass"),
    ("labels", "core-seconds", "labels"),
    ("films", "core-seconds", "films evaluated"),
    ("films", "MiB", "films evaluated"),
    ("sessions", "MiB, web", "sessions with a film"),
)
"""Series, cost and the title of its axis."""
COLUMNS, STEPS = 2, 60


def chart(series: dict[str, Any]) -> str:
    """Return an SVG file with a panel for each of PANELS, on logarithmic axes."""
    panels = [_panel(series[name], cost, title) for name, cost, title in PANELS]
    rows = -(-len(panels) // COLUMNS)
    placed = "".join(
        f'<g transform="translate({WIDTH * (at % COLUMNS)} {HEIGHT * (at // COLUMNS)})">{panel}</g>'
        for at, panel in enumerate(panels)
    )
    size = f"{WIDTH * COLUMNS} {HEIGHT * rows}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}">'
        f'<rect width="100%" height="100%" fill="#fff"/>{placed}</svg>\n'
    )


def _panel(one: dict[str, Any], cost: str, title: str) -> str:
    x, y, fit = one["x"], one["costs"][cost], fit_of(one["fits"][cost])
    along = np.geomspace(min(x), max(x), STEPS).tolist()
    between = [fit.at(at) for at in along]
    least = min(y) / 10
    lines = [
        [max(value, least) for value in ends] for ends in zip(*((b.value, b.low, b.high) for b in between), strict=True)
    ]
    marks = [
        Line(_log(along), _log(values), ORANGE, dash=dash)
        for values, dash in zip(lines, ("", "4 3", "4 3"), strict=True)
    ]
    shown = [value for values in lines for value in values]
    return str(
        plot(
            [*marks, Dots(_log(x), _log(y))],
            _decades(title, x),
            _decades(cost, [*y, *shown]),
            f"{cost} against {title}",
        )
    )


def _log(values: Sequence[float]) -> list[float]:
    return [math.log10(value) for value in values]


def _decades(title: str, values: Sequence[float]) -> Axis:
    first, last = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return Axis(title, range(first, max(last, first + 1) + 1), lambda power: f"{10.0**power:g}")
