"""Read and draw the training curve: loss on training and validation cases by epoch."""

import csv
import math
from dataclasses import dataclass
from pathlib import Path

from pages.ui.common.charts import style
from pages.ui.common.language.formatting import decimal
from pages.ui.common.language.language import _, number

_VALIDATION, _TRAINING = 0, 1
"""Positions among the colours and dashes of series."""


@dataclass(frozen=True)
class TrainingCurve:
    """Hold the mean loss on training and validation cases by epoch, counted from 1."""

    epochs: tuple[int, ...]
    training: tuple[float, ...]
    validation: tuple[float, ...]

    @property
    def lowest(self) -> int:
        """Return the position of the lowest validation loss."""
        return min(range(len(self.epochs)), key=self.validation.__getitem__)


def read_curve(path: Path) -> TrainingCurve | None:
    """Return the columns epoch, loss and validation_loss of a CSV file; None where it is absent or invalid."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = [(int(r["epoch"]), float(r["loss"]), float(r["validation_loss"])) for r in csv.DictReader(file)]
    except (OSError, KeyError, ValueError, TypeError, csv.Error):
        return None
    if not rows or not all(math.isfinite(loss) for row in rows for loss in row[1:]):
        return None
    epochs, training, validation = zip(*rows, strict=True)
    return TrainingCurve(epochs, training, validation)


def training_figure(curve: TrainingCurve) -> style.Figure:
    """Return the curve as a Plotly figure, with a dot at the lowest validation loss."""
    x, lowest = list(curve.epochs), curve.lowest
    hover = {"hovertemplate": _("epoch %{x}: %{y:.3f}")}
    traces = [
        style.line_trace(_("training"), x, curve.training, _TRAINING, **hover),
        style.line_trace(_("validation"), x, curve.validation, _VALIDATION, **hover),
        style.operating_point_trace(_("lowest"), x[lowest], curve.validation[lowest], _VALIDATION, **hover),
    ]
    epochs = style.axis(_("epoch"), dtick=math.ceil(len(x) / 8), tick0=x[0])
    return style.line_figure(traces, epochs, style.axis(_("loss"), rangemode="tozero"), height=300)


def training_sentence(curve: TrainingCurve) -> str:
    """Return a summary of the curve, as its caption and alternative text."""
    at = curve.lowest
    return _(
        "{count} epochs. Validation loss is lowest at epoch {epoch} (dot): {validation}. Training loss there: "
        "{training}, on augmented images."
    ).format(
        count=number(len(curve.epochs)),
        epoch=curve.epochs[at],
        validation=decimal(curve.validation[at]),
        training=decimal(curve.training[at]),
    )
