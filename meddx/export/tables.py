"""The numbers of a measurement as JSON, and what was said of every case as CSV or Parquet."""

import io
import math
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from meddx.config import RESEARCH_USE
from meddx.evaluate.assessment import Assessment, Number, Numbers
from meddx.evaluate.predictions import Predictions
from meddx.export.evaluation import Evaluation
from meddx.types import JSON


def document(assessment: Assessment, refused: int = 0) -> JSON:
    """Every number as scripts read it, also from `meddx evaluate --json`; what is not defined is null.

    refused: films or rows that could not be measured.
    """
    return {
        "n": assessment.n,
        "n_patients": assessment.patients,
        "n_refused": refused,
        "labels": list(assessment.labels),
        "prevalence": assessment.prevalence,
        "metrics": _numbers(assessment.overall),
        "micro": _numbers(assessment.micro),
        "per_label": {
            label: _numbers(numbers)
            | {
                "n_positive": int(assessment.cells[label][0].sum()),
                "threshold": threshold,
                "cells": assessment.cells[label].tolist(),
            }
            for (label, numbers), threshold in zip(assessment.per_label.items(), assessment.thresholds, strict=True)
        },
        "confusion": None if assessment.confusion is None else assessment.confusion.tolist(),
    }


def metrics_file(evaluation: Evaluation) -> JSON:
    """`document` with what was measured and where thresholds come from."""
    card = evaluation.card
    about = {
        "title": evaluation.title,
        "cases": evaluation.cases,
        "model": card and card.id,
        "version": card and card.version,
        "weights_sha256": card and card.weights.sha256,
        "thresholds_from": evaluation.threshold_origin,
        "chosen_on_these_cases": evaluation.chosen_on,
        "note": RESEARCH_USE,
    }
    return about | document(evaluation.assessment, len(evaluation.refused))


def per_case(predictions: Predictions) -> pa.Table:
    """case, group, for each label true:, probability: (and logit: where known), then about: for each attribute."""
    columns: dict[str, Any] = {"case": pa.array(predictions.cases), "group": pa.array(predictions.groups)}
    for column, label in enumerate(predictions.labels):
        columns[f"true:{label}"] = pa.array(predictions.targets[:, column])
        if np.isfinite(predictions.logits[:, column]).any():
            columns[f"logit:{label}"] = pa.array(predictions.logits[:, column])
        columns[f"probability:{label}"] = pa.array(predictions.probabilities[:, column])
    for name, values in predictions.attributes.items():
        columns[f"about:{name}"] = pa.array(values, pa.string())
    return pa.table(columns)


def csv_bytes(predictions: Predictions) -> bytes:
    """per_case as CSV, UTF-8."""
    file = io.BytesIO()
    pyarrow.csv.write_csv(per_case(predictions), file)
    return file.getvalue()


def parquet_bytes(predictions: Predictions) -> bytes:
    """per_case as Parquet; meddx.evaluate.predictions.read_predictions reads it where logits are known."""
    file = io.BytesIO()
    pq.write_table(per_case(predictions), file, compression="zstd")
    return file.getvalue()


def _numbers(numbers: Numbers) -> JSON:
    return {name: _number(number) for name, number in numbers.items()}


def _number(number: Number) -> JSON:
    return {
        "value": _finite(number.value),
        "low": _finite(number.low),
        "high": _finite(number.high),
        "n": number.n,
        "method": number.method,
        "reliable": number.reliable,
        "reason": number.reason or None,
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
