"""The distribution of scores in groups of cases, with the threshold."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pages.ui.common.charts import style
from pages.ui.common.charts.table_rows import TableRow, count_text
from pages.ui.common.language.formatting import percent, span
from pages.ui.common.language.language import _

HISTOGRAM_BINS = 40
_TABLE_BINS = 10


@dataclass(frozen=True)
class Histogram:
    """Hold counts: group -> (bins,) cases; edges: (bins + 1,), rising from 0 to 1."""

    edges: NDArray[np.float64]
    counts: Mapping[str, NDArray[np.int64]]


def histogram(groups: Mapping[str, NDArray[np.floating]], bins: int = HISTOGRAM_BINS) -> Histogram:
    """Return how many scores of each group lie in each bin. groups: name -> scores in [0, 1]; bins of equal width."""
    edges = np.linspace(0, 1, bins + 1)
    return Histogram(edges, {name: np.histogram(scores, edges)[0] for name, scores in groups.items()})


def histogram_figure(scores: Histogram, threshold: float | None = None, tick: float | None = None) -> style.Figure:
    """Return a histogram of shares of each group, so that a rare group stays visible.

    threshold: the current one, a solid line; tick: the original one, a dotted line.
    """
    middles = ((scores.edges[1:] + scores.edges[:-1]) / 2).tolist()
    traces = [
        {
            "type": "bar",
            "name": _("{name} (n {count})").format(name=name, count=count_text(counts.sum())),
            "x": middles,
            "y": (counts / max(int(counts.sum()), 1)).tolist(),
            "customdata": counts.tolist(),
            "width": float(scores.edges[1] - scores.edges[0]),
            "hovertext": [percent(cases / max(int(counts.sum()), 1), 1) for cases in counts.tolist()],
            "hovertemplate": _("score about %{x:.2f}: %{customdata} cases, %{hovertext}"),
            "marker": {"color": style.series_colour(series), "opacity": 0.65, "line": {"width": 0}},
        }
        for series, (name, counts) in enumerate(scores.counts.items())
    ]
    lines = [] if tick is None else [style.vertical_line(tick)]
    if threshold is not None:
        lines.append(style.vertical_line(threshold, style.TEXT_COLOUR, 2, "solid"))
    x = style.axis(_("score"), **style.UNIT_AXIS)
    y = style.axis(_("share of the group"), tickformat=".0%", rangemode="tozero")
    return style.line_figure(traces, x, y, barmode="overlay", bargap=0, shapes=lines)


def histogram_rows(groups: Mapping[str, NDArray[np.floating]]) -> list[TableRow]:
    """Return the rows of the table: cases of each group by tenths of the score."""
    coarse = histogram(groups, _TABLE_BINS)
    return [
        {_("Score"): span(low, high, 1)}
        | {
            name: f"{count_text(of[bin_])} ({percent(of[bin_] / max(of.sum(), 1), 1)})"
            for name, of in coarse.counts.items()
        }
        for bin_, (low, high) in enumerate(zip(coarse.edges[:-1], coarse.edges[1:], strict=True))
    ]
