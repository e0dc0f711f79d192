"""How every chart looks: Okabe and Ito's colours (jfly.uni-koeln.de/color) on the dark page, thin axes, a quiet legend.

A series differs from the next by its dash as well as by its colour.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Figure = dict[str, Any]
"""A Plotly figure as plain data: {"data": [...], "layout": {...}}."""

SKY, ORANGE, GREEN, PINK, YELLOW, RED, BLUE = (
    "#56B4E9",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#F0E442",
    "#D55E00",
    "#0072B2",
)
COLOURS = (SKY, ORANGE, GREEN, PINK, YELLOW, RED, BLUE)
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid")
INK, QUIET, LINE, GROUND = "#d9dee5", "#939dab", "#2a313a", "#0b0d10"
FONT = "Source Sans, sans-serif"
"""The page's own."""
CONFIG = {"displayModeBar": False}
"""Plotly's own settings: no tool bar."""


def colour(series: int) -> str:
    """Of the series at this position, counted from 0."""
    return COLOURS[series % len(COLOURS)]


def faint(series: int) -> str:
    """The colour of the series, for a band behind it."""
    red, green, blue = bytes.fromhex(colour(series)[1:])
    return f"rgba({red}, {green}, {blue}, 0.18)"


def dash(series: int) -> str:
    """Of the series at this position, counted from 0."""
    return DASHES[series % len(DASHES)]


def line(name: str, x: Sequence[float], y: Sequence[float], series: int = 0, **changes: object) -> Figure:
    """One trace, drawn through its points in order. changes: fields of the trace."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": list(x),
        "y": list(y),
        "line": {"color": colour(series), "dash": dash(series), "width": 2},
    } | changes


def steps(name: str, x: Sequence[float], y: Sequence[float], series: int = 0, **changes: object) -> Figure:
    """A line that keeps each value until the next x."""
    trace = line(name, x, y, series, **changes)
    trace["line"] = trace["line"] | {"shape": "hv"}
    return trace


def mark(name: str, x: float, y: float, series: int = 0, **changes: object) -> Figure:
    """A single ringed point, of the colour of its series."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [x],
        "y": [y],
        "showlegend": False,
        "marker": {"color": colour(series), "size": 11, "line": {"color": INK, "width": 1.5}},
    } | changes


def reference(x: Sequence[float], y: Sequence[float], name: str = "", **changes: object) -> Figure:
    """A thin grey line to compare with: the diagonal, the prevalence, treating everybody. Without a name, no legend."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": list(x),
        "y": list(y),
        "line": {"color": QUIET, "width": 1, "dash": "dot"},
        "hoverinfo": "skip",
        "showlegend": bool(name),
    } | changes


def upright(x: float, colour: str = QUIET, width: float = 1, dash: str = "dot") -> Figure:
    """A line from bottom to top, as a shape of the layout."""
    line = {"color": colour, "width": width, "dash": dash}
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "line": line}


def axis(title: str, **changes: object) -> Figure:
    """An axis with its title. changes: fields of the axis."""
    return {
        "title": {"text": title, "standoff": 8},
        "gridcolor": LINE,
        "zeroline": False,
        "linecolor": LINE,
        "tickfont": {"color": QUIET},
        "automargin": True,
    } | changes


UNIT: Mapping[str, Any] = {"range": [-0.02, 1.02], "tick0": 0, "dtick": 0.2, "constrain": "domain"}
"""An axis of fractions."""


def figure(traces: Sequence[Figure], x: Figure, y: Figure, height: int = 360, **changes: object) -> Figure:
    """Traces on a pair of axes. changes: fields of the layout."""
    return {
        "data": list(traces),
        "layout": {
            "height": height,
            "margin": {"l": 56, "r": 12, "t": 34, "b": 48},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"color": INK, "size": 12, "family": FONT},
            "hoverlabel": {"bgcolor": "#171b21", "bordercolor": LINE, "font": {"color": INK}},
            "xaxis": x,
            "yaxis": y,
            "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
            "hovermode": "closest",
            "dragmode": False,
        }
        | changes,
    }
