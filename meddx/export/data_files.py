"""Write the metrics of an evaluation as JSON, and its predictions by case as CSV or Parquet."""

import io
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from meddx.config import RESEARCH_USE
from meddx.evaluate.json_document import evaluation_document
from meddx.evaluate.predictions import Predictions
from meddx.evaluate.spreadsheet_text import formula_safe_table
from meddx.export.evaluation_facts import EvaluationFacts
from meddx.types import JSON


def metrics_file(evaluation: EvaluationFacts) -> JSON:
    """Return model, data and metrics, the metrics in the shape of `meddx evaluate --json`."""
    card = evaluation.card
    about = {
        "title": evaluation.title,
        "cases": evaluation.cases,
        "model": card and card.id,
        "version": card and card.version,
        "weights_sha256": card and card.weights.sha256,
        "calibrated": card and card.calibration is not None,
        "chosen_on_these_cases": evaluation.chosen_on,
        "note": RESEARCH_USE,
    }
    measured = evaluation_document(
        evaluation.assessment,
        evaluation.threshold_origin,
        refused=evaluation.refused,
        sets=evaluation.sets,
        details=evaluation.details,
        moved=evaluation.moved,
        reversed_from=evaluation.reversed_from,
        unlike=evaluation.unlike,
    )
    return about | measured | {"warnings": evaluation.cautions}


def case_columns(predictions: Predictions, thresholds: Sequence[float] = (), threshold_origin: str = "") -> pa.Table:
    """Return the predictions as a table, one case a row.

    Columns: case, group; for each label true:, probability: (score: where scores are no probabilities) and, where
    known, logit: and threshold:; threshold_origin beside thresholds; about: for each attribute.
    meddx.evaluate.external_predictions reads the same numbers back. thresholds: by label.
    """
    kind = "probability" if predictions.are_probabilities else "score"
    columns: dict[str, Any] = {"case": pa.array(predictions.cases), "group": pa.array(predictions.groups)}
    for column, label in enumerate(predictions.labels):
        columns[f"true:{label}"] = pa.array(predictions.targets[:, column])
        if np.isfinite(predictions.logits[:, column]).any():
            columns[f"logit:{label}"] = pa.array(predictions.logits[:, column])
        columns[f"{kind}:{label}"] = pa.array(predictions.probabilities[:, column])
    for label, threshold in zip(predictions.labels, thresholds, strict=False):
        if math.isfinite(threshold):
            columns[f"threshold:{label}"] = pa.array(np.full(len(predictions), threshold))
    if thresholds and threshold_origin:
        columns["threshold_origin"] = pa.array([threshold_origin] * len(predictions), pa.string())
    for name, values in predictions.attributes.items():
        columns[f"about:{name}"] = pa.array(values, pa.string())
    return pa.table(columns)


def csv_bytes(predictions: Predictions, thresholds: Sequence[float] = (), threshold_origin: str = "") -> bytes:
    """Return the table of cases as CSV, UTF-8."""
    file = io.BytesIO()
    pyarrow.csv.write_csv(formula_safe_table(case_columns(predictions, thresholds, threshold_origin)), file)
    return file.getvalue()


def parquet_bytes(predictions: Predictions, thresholds: Sequence[float] = (), threshold_origin: str = "") -> bytes:
    """Return the table of cases as Parquet; meddx.evaluate.predictions.read_predictions reads it with logits."""
    file = io.BytesIO()
    pq.write_table(case_columns(predictions, thresholds, threshold_origin), file, compression="zstd")
    return file.getvalue()
