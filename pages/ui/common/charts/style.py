"""The style of every chart: Okabe and Ito's colours (jfly.uni-koeln.de/color) on the dark page, thin axes.

A series differs from the next by its dash as well as by its colour.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Figure = dict[str, Any]
"""A Plotly figure as plain data: {"data": [...], "layout": {...}}."""

SKY, SERIES_ORANGE, SERIES_GREEN, PINK, YELLOW, RED, SERIES_BLUE = (
    "#56B4E9",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#F0E442",
    "#D55E00",
    "#0072B2",
)
COLOURS = (SKY, SERIES_ORANGE, SERIES_GREEN, PINK, YELLOW, RED, SERIES_BLUE)
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid")
TEXT_COLOUR, MUTED_COLOUR, GRID_COLOUR, BACKGROUND = "#d9dee5", "#939dab", "#2a313a", "#0b0d10"
FONT = "Source Sans, sans-serif"
"""The font of the page."""
CONFIG = {"displayModeBar": False}
"""Plotly's own settings: no tool bar."""


def series_colour(series: int) -> str:
    """Return the colour of a series, as hex. series: its position, from 0."""
    return COLOURS[series % len(COLOURS)]


def series_band_colour(series: int) -> str:
    """Return the translucent colour of a band behind a series."""
    red, green, blue = bytes.fromhex(series_colour(series)[1:])
    return f"rgba({red}, {green}, {blue}, 0.18)"


def series_dash(series: int) -> str:
    """Return the dash of a series. series: its position, from 0."""
    return DASHES[series % len(DASHES)]


def line_trace(name: str, x: Sequence[float], y: Sequence[float], series: int = 0, **changes: object) -> Figure:
    """Return a trace drawn through its points in order. changes: fields of the trace."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": list(x),
        "y": list(y),
        "line": {"color": series_colour(series), "dash": series_dash(series), "width": 2},
    } | changes


def step_trace(name: str, x: Sequence[float], y: Sequence[float], series: int = 0, **changes: object) -> Figure:
    """Return a step line, which keeps each value until the next x."""
    trace = line_trace(name, x, y, series, **changes)
    trace["line"] = trace["line"] | {"shape": "hv"}
    return trace


def operating_point_trace(name: str, x: float, y: float, series: int = 0, **changes: object) -> Figure:
    """Return a single ringed point in the colour of its series."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [x],
        "y": [y],
        "showlegend": False,
        "marker": {"color": series_colour(series), "size": 11, "line": {"color": TEXT_COLOUR, "width": 1.5}},
    } | changes


def reference_line(x: Sequence[float], y: Sequence[float], name: str = "", **changes: object) -> Figure:
    """Return a thin grey line to compare with, e.g. the diagonal or the prevalence. Without a name it has no legend."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": list(x),
        "y": list(y),
        "line": {"color": MUTED_COLOUR, "width": 1, "dash": "dot"},
        "hoverinfo": "skip",
        "showlegend": bool(name),
    } | changes


def vertical_line(x: float, colour: str = MUTED_COLOUR, width: float = 1, dash: str = "dot") -> Figure:
    """Return a vertical line over the whole height, as a shape of the layout."""
    line = {"color": colour, "width": width, "dash": dash}
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "line": line}


def axis(title: str, **changes: object) -> Figure:
    """Return an axis with its title. changes: fields of the axis."""
    return {
        "title": {"text": title, "standoff": 8},
        "gridcolor": GRID_COLOUR,
        "zeroline": False,
        "linecolor": GRID_COLOUR,
        "tickfont": {"color": MUTED_COLOUR},
        "automargin": True,
    } | changes


UNIT_AXIS: Mapping[str, Any] = {"range": [-0.02, 1.02], "tick0": 0, "dtick": 0.2, "constrain": "domain"}
"""Fields of an axis from 0 to 1."""


def line_figure(traces: Sequence[Figure], x: Figure, y: Figure, height: int = 360, **changes: object) -> Figure:
    """Return a figure of traces on a pair of axes. height: in pixels; changes: fields of the layout."""
    return {
        "data": list(traces),
        "layout": {
            "height": height,
            "margin": {"l": 56, "r": 12, "t": 34, "b": 48},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"color": TEXT_COLOUR, "size": 12, "family": FONT},
            "hoverlabel": {"bgcolor": "#171b21", "bordercolor": GRID_COLOUR, "font": {"color": TEXT_COLOUR}},
            "xaxis": x,
            "yaxis": y,
            "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
            "hovermode": "closest",
            "dragmode": False,
        }
        | changes,
    }
