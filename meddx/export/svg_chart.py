"""Draw charts as static SVG on white: no scripts, no requests, a few kilobytes each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

BLUE, ORANGE, GREEN, INK, QUIET, LINE = "#0072B2", "#D55E00", "#009E73", "#1b1f24", "#57606a", "#d0d7de"
"""Okabe and Ito's blue, vermilion and bluish green (jfly.uni-koeln.de/color), and greys."""
WIDTH, HEIGHT = 430, 330
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 12, 30, 48


@dataclass(frozen=True)
class Axis:
    """Describe an axis. ticks: its values, which run from its start to its end; tick_label: text of a tick."""

    title: str
    ticks: Sequence[float]
    tick_label: Callable[[float], str] = "{:g}".format


@dataclass(frozen=True)
class Line:
    """Describe a line through points in order. steps: each y holds until the next x. No legend without a name."""

    x: Sequence[float]
    y: Sequence[float]
    colour: str = BLUE
    name: str = ""
    dash: str = ""
    steps: bool = False


@dataclass(frozen=True)
class Dots:
    """Describe points, with intervals [low, high] of y where given."""

    x: Sequence[float]
    y: Sequence[float]
    colour: str = BLUE
    low: Sequence[float] = ()
    high: Sequence[float] = ()


@dataclass(frozen=True)
class Bars:
    """Describe bars between successive edges, from 0 to their heights."""

    edges: Sequence[float]
    heights: Sequence[float]
    colour: str = BLUE
    name: str = ""


Mark = Line | Dots | Bars
FRACTIONS = (0, 0.2, 0.4, 0.6, 0.8, 1)


def plot(marks: Sequence[Mark], x: Axis, y: Axis, alt: str) -> Markup:
    """Return an <svg> element, its texts escaped. alt: its alternative text."""
    to_x = _scale(x, _LEFT, WIDTH - _RIGHT)
    to_y = _scale(y, HEIGHT - _BOTTOM, _TOP)
    parts = [
        *(_grid(to_x(tick), _TOP, to_x(tick), HEIGHT - _BOTTOM) for tick in x.ticks),
        *(_grid(_LEFT, to_y(tick), WIDTH - _RIGHT, to_y(tick)) for tick in y.ticks),
        *(_text(to_x(tick), HEIGHT - _BOTTOM + 16, x.tick_label(tick), "middle") for tick in x.ticks),
        *(_text(_LEFT - 7, to_y(tick) + 4, y.tick_label(tick), "end") for tick in y.ticks),
        _text((_LEFT + WIDTH - _RIGHT) / 2, HEIGHT - 10, x.title, "middle", INK),
        f'<text transform="translate(14 {(_TOP + HEIGHT - _BOTTOM) / 2:g}) rotate(-90)" text-anchor="middle" '
        f'fill="{INK}">{escape(y.title)}</text>',
        *(_mark(mark, to_x, to_y) for mark in marks),
        *_legend(marks),
    ]
    return Markup(
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" font-size="11" '
        f'font-family="sans-serif"><title>{escape(alt)}</title>{"".join(parts)}</svg>'
    )


_To = Callable[[float], float]


def _scale(axis: Axis, start: float, end: float) -> _To:
    low, high = axis.ticks[0], axis.ticks[-1]
    return lambda value: start + (min(max(value, low), high) - low) / (high - low) * (end - start)


def _mark(mark: Mark, to_x: _To, to_y: _To) -> str:
    if isinstance(mark, Bars):
        pairs = zip(mark.edges[:-1], mark.edges[1:], mark.heights, strict=True)
        return "".join(
            f'<rect x="{to_x(a):.1f}" y="{to_y(h):.1f}" width="{to_x(b) - to_x(a):.1f}" '
            f'height="{to_y(0) - to_y(h):.1f}" fill="{mark.colour}" fill-opacity=".5"/>'
            for a, b, h in pairs
        )
    at = [(to_x(a), to_y(b)) for a, b in zip(mark.x, mark.y, strict=True)]
    if isinstance(mark, Line):
        return _path(at, mark)
    bars = zip(mark.x, mark.low, mark.high, strict=True) if mark.low else ()
    spans = "".join(
        f'<path d="M{to_x(a):.1f} {to_y(low):.1f}V{to_y(high):.1f}" stroke="{mark.colour}"/>' for a, low, high in bars
    )
    return spans + "".join(f'<circle cx="{a:.1f}" cy="{b:.1f}" r="4" fill="{mark.colour}"/>' for a, b in at)


def _path(at: Sequence[tuple[float, float]], line: Line) -> str:
    to = "".join(f"H{a:.1f}V{b:.1f}" if line.steps else f"L{a:.1f} {b:.1f}" for a, b in at[1:])
    dash = f' stroke-dasharray="{line.dash}"' if line.dash else ""
    start = f"M{at[0][0]:.1f} {at[0][1]:.1f}"
    return f'<path d="{start}{to}" fill="none" stroke="{line.colour}" stroke-width="1.8"{dash}/>'


def _legend(marks: Sequence[Mark]) -> list[str]:
    named = [mark for mark in marks if not isinstance(mark, Dots) and mark.name]
    place, drawn = float(_LEFT), []
    for mark in named:
        drawn.append(f'<rect x="{place:g}" y="10" width="14" height="5" fill="{mark.colour}"/>')
        drawn.append(_text(place + 19, 17, mark.name, "start", INK))
        place += 36 + 5.8 * len(mark.name)
    return drawn


def _grid(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{LINE}" stroke-width=".7"/>'


def _text(x: float, y: float, text: str, anchor: str, colour: str = QUIET) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'
