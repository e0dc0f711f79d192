"""The training curve: loss on training and validation cases, epoch by epoch."""

import csv
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TRAINING, VALIDATION = "#E69F00", "#56B4E9"
"""Okabe and Ito's orange and sky blue (jfly.uni-koeln.de/color)."""
_INK, _QUIET, _LINE = "#d9dee5", "#939dab", "#2a313a"


@dataclass(frozen=True)
class Curve:
    """By epoch, from 1: mean loss on the training and on the validation cases."""

    epochs: tuple[int, ...]
    training: tuple[float, ...]
    validation: tuple[float, ...]

    @property
    def lowest(self) -> int:
        """Position of the lowest validation loss."""
        return min(range(len(self.epochs)), key=self.validation.__getitem__)


def read_curve(path: Path) -> Curve | None:
    """The columns epoch, loss and validation_loss of a CSV; None when it is absent or holds anything else."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = [(int(r["epoch"]), float(r["loss"]), float(r["validation_loss"])) for r in csv.DictReader(file)]
    except (OSError, KeyError, ValueError, TypeError, csv.Error):
        return None
    if not rows or not all(math.isfinite(loss) for row in rows for loss in row[1:]):
        return None
    epochs, training, validation = zip(*rows, strict=True)
    return Curve(epochs, training, validation)


def figure(curve: Curve) -> dict[str, Any]:
    """The curve as a Plotly figure."""
    x, lowest = list(curve.epochs), curve.lowest
    hover = "epoch %{x}: %{y:.3f}"

    def line(name: str, values: tuple[float, ...], colour: str, dash: str) -> dict[str, Any]:
        stroke = {"color": colour, "width": 2, "dash": dash}
        return {
            "type": "scatter", "mode": "lines", "name": name, "x": x, "y": list(values), "line": stroke,
            "hovertemplate": hover,
        }  # fmt: skip

    mark = {
        "type": "scatter", "mode": "markers", "showlegend": False, "x": [x[lowest]],
        "y": [curve.validation[lowest]], "hovertemplate": hover,
        "marker": {"color": VALIDATION, "size": 10, "line": {"color": _INK, "width": 1.5}},
    }  # fmt: skip
    axis = {"gridcolor": _LINE, "zeroline": False, "linecolor": _LINE, "tickfont": {"color": _QUIET}}
    return {
        "data": [
            line("training", curve.training, TRAINING, "dot"),
            line("validation", curve.validation, VALIDATION, "solid"),
            mark,
        ],
        "layout": {
            "height": 300,
            "margin": {"l": 50, "r": 10, "t": 34, "b": 44},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"color": _INK, "size": 12},
            "xaxis": axis | {"title": {"text": "epoch"}, "dtick": math.ceil(len(x) / 8), "tick0": x[0]},
            "yaxis": axis | {"title": {"text": "loss"}, "rangemode": "tozero"},
            "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
            "hovermode": "closest",
        },
    }


def in_words(curve: Curve) -> str:
    """What the curve shows, for those who do not see it and below it."""
    at = curve.lowest
    return (
        f"{len(curve.epochs)} epochs. Validation loss is lowest at epoch {curve.epochs[at]}, "
        f"the dot: {curve.validation[at]:.3f}, with {curve.training[at]:.3f} on training cases, "
        "which are altered at random."
    )
