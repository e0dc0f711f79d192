"""The predictions for every case as a table for spreadsheets and statistics programs."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from meddx.evaluate.predictions import Predictions
from meddx.evaluate.spreadsheet_text import formula_safe_table
from meddx.types import Refusal
from meddx.whole_file import whole_file


def per_case(
    predictions: Predictions,
    thresholds: Sequence[float],
    exclusive: bool,
    *,
    quantiles: Sequence[float] | None = None,
    refused: Mapping[str, Refusal] | None = None,
    threshold_origin: str = "",
) -> pa.Table:
    """Return a table with one row for each case, refused ones last.

    Columns: case, patient, true, called, right, then one `probability:LABEL` for each label, and those below.
    called: the most probable label of exclusive ones, else those at or above their threshold (`;` between several);
    `finding:LABEL`: whether it reaches its threshold, which `threshold:LABEL` holds and `threshold_origin` explains.
    Scores that are no probabilities are in `score:LABEL`; without a threshold, finding and threshold are left out.
    prediction_set: with `quantiles` only. `about:NAME`: an attribute of the cases. refused: the reason, else empty.
    meddx.evaluate.external_predictions reads the table back.
    """
    p, targets = predictions.probabilities, predictions.targets
    findings = p >= np.asarray(thresholds, np.float64)
    called = np.eye(p.shape[1], dtype=bool)[p.argmax(axis=1)] if exclusive else findings
    columns: dict[str, pa.Array] = {
        "case": pa.array(predictions.cases, pa.string()),
        "patient": pa.array(predictions.groups, pa.string()),
        "true": _listed(targets, predictions.labels),
        "called": _listed(called, predictions.labels),
        "right": pa.array((called == targets).all(axis=1)),
    }
    for column, label in enumerate(predictions.labels):
        kind = "probability" if predictions.are_probabilities else "score"
        columns[f"{kind}:{label}"] = pa.array(p[:, column])
    for column, label in enumerate(predictions.labels):
        if not math.isnan(thresholds[column]):
            columns[f"finding:{label}"] = pa.array(findings[:, column])
    for column, label in enumerate(predictions.labels):
        if not math.isnan(thresholds[column]):
            columns[f"threshold:{label}"] = pa.array(np.full(len(p), thresholds[column]))
    if threshold_origin:
        columns["threshold_origin"] = pa.array([threshold_origin] * len(p), pa.string())
    if quantiles is not None:
        columns["prediction_set"] = _listed(1 - p <= np.asarray(quantiles, np.float64), predictions.labels)
    for name, values in predictions.attributes.items():
        columns[f"about:{name}"] = pa.array(values, pa.string())
    columns["refused"] = pa.array([""] * len(predictions), pa.string())
    table = pa.table(columns)
    if not refused:
        return table
    others = pa.table({"case": list(refused), "refused": [f"{why.rule}: {why.reason}" for why in refused.values()]})
    return pa.concat_tables([table, others], promote_options="default")


def write_table(table: pa.Table, path: Path) -> None:
    """Write the table as Parquet if the file name ends in .parquet or .pq, else as CSV."""
    with whole_file(path) as file:
        if path.suffix.lower() in (".parquet", ".pq"):
            pq.write_table(table, file, compression="zstd")
        else:
            pyarrow.csv.write_csv(formula_safe_table(table), file)


def _listed(chosen: np.ndarray, labels: tuple[str, ...]) -> pa.Array:
    texts = [";".join(label for label, one in zip(labels, row, strict=True) if one) for row in chosen.tolist()]
    return pa.array(texts, pa.string())
