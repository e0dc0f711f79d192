"""The confusion matrix: number of cases by true and predicted label, and their shares of the row."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pages.ui.common.charts.style import BACKGROUND, FONT, MUTED_COLOUR, TEXT_COLOUR, Figure, axis
from pages.ui.common.charts.table_rows import TableRow, count_text
from pages.ui.common.language.formatting import percent
from pages.ui.common.language.language import _, number

SPELLED_OUT = 4
"""Most labels whose titles fit above the columns; with more, columns have the numbers of the rows."""
_WRONG, _RIGHT = "230, 159, 0", "86, 180, 233"
_DEEPEST = 0.55
"""Opacity behind 100 %: white text on it keeps a contrast above 4.5."""


def confusion_figure(
    counts: NDArray[np.integer], true: Sequence[str], predicted: Sequence[str] | None = None
) -> Figure:
    """Return counts (rows: true, columns: predicted) as squares, blue on the diagonal and orange off it.

    true, predicted: titles of rows and of columns (default: those of the rows). A heat map of Plotly reports no click,
    so an invisible marker lies over every cell; its customdata is [row, column].
    """
    predicted = true if predicted is None else predicted
    shares = _shares(counts)
    rows, columns = counts.shape
    spelled = columns <= SPELLED_OUT
    names = list(predicted) if spelled else [str(number) for number in range(1, columns + 1)]
    sides = list(true) if spelled else [f"{number} {name}" for number, name in enumerate(true, start=1)]
    cells = [(row, column) for row in range(rows) for column in range(columns)]
    size = {"xgap": 3, "ygap": 3, "showscale": False, "hoverinfo": "skip", "zmin": 0, "zmax": 1}
    right = np.eye(rows, columns, dtype=bool)
    layers = [
        {"type": "heatmap", "z": _only(shares, of), "colorscale": _fading(hue)} | size
        for of, hue in ((right, _RIGHT), (~right, _WRONG))
    ]
    clicks = {
        "type": "scatter",
        "mode": "markers+text",
        "x": [column for _, column in cells],
        "y": [row for row, _ in cells],
        "text": [f"<b>{number(int(counts[cell]))}</b><br>{_percent(counts, shares, *cell)}" for cell in cells],
        "textfont": {"color": "#ffffff", "size": 13 if columns <= SPELLED_OUT else 10},
        "customdata": [list(cell) for cell in cells],
        "marker": {"size": 44, "symbol": "square", "color": "rgba(0,0,0,0)"},
        "selected": {"marker": {"opacity": 1}, "textfont": {"color": "#ffffff"}},
        "unselected": {"marker": {"opacity": 1}, "textfont": {"color": "#ffffff"}},
        "hovertemplate": [
            _("true: {true}<br>predicted: {predicted}<br>{count} cases").format(
                true=true[row], predicted=predicted[column], count=number(int(counts[row, column]))
            )
            + "<extra></extra>"
            for row, column in cells
        ],
        "showlegend": False,
    }
    ticks = {"showgrid": False, "ticks": "", "tickfont": {"color": TEXT_COLOUR}, "fixedrange": True}
    across = axis(
        _("predicted"), **ticks, tickvals=list(range(columns)), ticktext=names, side="top", range=[-0.5, columns - 0.5]
    )
    down = axis(_("true label"), **ticks, tickvals=list(range(rows)), ticktext=sides, range=[rows - 0.5, -0.5])
    return {
        "data": [*layers, clicks],
        "layout": {
            "height": 90 + max(rows * (64 if spelled else 42), 150),
            "margin": {"l": 60, "r": 12, "t": 60, "b": 10},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": BACKGROUND,
            "font": {"color": MUTED_COLOUR, "size": 12, "family": FONT},
            "hoverlabel": {"bgcolor": "#171b21", "font": {"color": TEXT_COLOUR}},
            "xaxis": across,
            "yaxis": down,
            "hovermode": "closest",
            "dragmode": False,
            "clickmode": "event+select",
        },
    }


def confusion_rows(
    counts: NDArray[np.integer], true: Sequence[str], predicted: Sequence[str] | None = None
) -> list[TableRow]:
    """Return the rows of the table, one a true label: its cases, and how many were predicted as each label."""
    predicted = true if predicted is None else predicted
    return [
        {_("True label"): name, "n": count_text(line.sum())}
        | {title: count_text(cases) for title, cases in zip(predicted, line, strict=True)}
        for name, line in zip(true, counts, strict=True)
    ]


def _shares(counts: NDArray[np.integer]) -> NDArray[np.float64]:
    whole = counts.sum(axis=1, keepdims=True)
    shares: NDArray[np.float64] = counts / np.maximum(whole, 1)
    return shares


def _only(shares: NDArray[np.float64], where: NDArray[np.bool_]) -> list[list[float | None]]:
    return [
        [float(share) if shown else None for share, shown in zip(*line, strict=True)]
        for line in zip(shares, where, strict=True)
    ]


def _percent(counts: NDArray[np.integer], shares: NDArray[np.float64], row: int, column: int) -> str:
    return percent(float(shares[row, column]), 1) if counts[row].any() else _("no cases")


def _fading(colour: str) -> list[list[float | str]]:
    return [[0, f"rgba({colour}, 0.04)"], [1, f"rgba({colour}, {_DEEPEST})"]]
