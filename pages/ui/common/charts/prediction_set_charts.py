"""Prediction sets: whether every class is covered as promised, and how many labels they leave open."""

from collections.abc import Mapping

from meddx.evaluate.prediction_sets import PredictionSets
from meddx.formatting import percent, percent_span
from pages.ui.common.charts import style
from pages.ui.common.charts.table_rows import TableRow, count_text, series_column


def coverage_figure(sets: Mapping[str, PredictionSets], titles: Mapping[str, str]) -> style.Figure:
    """Share of each class whose set holds the truth, with its interval, beside what was promised."""
    traces = []
    for series, (name, of) in enumerate(sets.items()):
        labels, numbers = list(of.coverage), list(of.coverage.values())
        errors = {
            "type": "data",
            "array": [number.high - number.value for number in numbers],
            "arrayminus": [number.value - number.low for number in numbers],
            "color": style.series_colour(series),
            "thickness": 1.5,
            "width": 4,
        }
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": name,
                "x": [number.value for number in numbers],
                "y": [titles[label] for label in labels],
                "error_x": errors,
                "marker": {"color": style.series_colour(series), "size": 10},
                "hovertext": [f"{percent(number.value, 1)} of {count_text(number.n)} cases" for number in numbers],
                "hovertemplate": "%{y}: %{hovertext}<extra></extra>",
            }
        )
    promised = {of.promised for of in sets.values() if of.promised is not None}
    lines = [style.vertical_line(one) for one in promised]
    x = style.axis("share of the class whose set holds it", tickformat=".0%", range=[0, 1.02])
    y = style.axis("", autorange="reversed")
    height = 130 + 46 * len(titles)
    return style.line_figure(traces, x, y, height, showlegend=len(sets) > 1, shapes=lines)


def coverage_rows(sets: Mapping[str, PredictionSets], titles: Mapping[str, str]) -> list[TableRow]:
    """One row a class."""
    return [
        series_column(name, sets)
        | {
            "Class": titles[label],
            "Covered": percent(number.value, 1),
            "95 % interval": percent_span(number.low, number.high),
            "Promised": "not stated" if of.promised is None else percent(of.promised),
            "n": count_text(number.n),
        }
        for name, of in sets.items()
        for label, number in of.coverage.items()
    ]


def set_size_figure(sets: Mapping[str, PredictionSets]) -> style.Figure:
    """How many cases have a set of none, one, two ... labels."""
    traces = [
        {
            "type": "bar",
            "name": name,
            "x": list(range(len(of.sizes))),
            "y": [int(size) for size in of.sizes],
            "marker": {"color": style.series_colour(series)},
            "hovertemplate": "%{x} labels: %{y} cases<extra></extra>",
        }
        for series, (name, of) in enumerate(sets.items())
    ]
    x = style.axis("labels in the set", dtick=1, showgrid=False)
    return style.line_figure(traces, x, style.axis("cases", rangemode="tozero"), 260, showlegend=len(sets) > 1)


def set_size_rows(sets: Mapping[str, PredictionSets]) -> list[TableRow]:
    """One row a size."""
    return [
        series_column(name, sets)
        | {"Labels in the set": str(size), "Cases": count_text(cases), "Share": percent(cases / of.sizes.sum(), 1)}
        for name, of in sets.items()
        for size, cases in enumerate(of.sizes)
    ]
