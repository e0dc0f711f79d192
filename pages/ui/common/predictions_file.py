"""A predictions file that a reader brings: read once, from memory, without a trace on the disk that lasts."""

import tempfile
from pathlib import Path

from meddx.errors import Refused
from meddx.evaluate.external_predictions import ExternalPredictions, read_any
from meddx.types import Refusal

FILE_TYPES = ["csv", "parquet", "pq"]
"""Endings of the files that can be read."""


def read_predictions_file(name: str, data: bytes) -> ExternalPredictions | Refusal:
    """What a file of that name and content says, or what is wrong with it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"predictions{Path(name).suffix.lower()}"
        path.write_bytes(data)
        try:
            return read_any(path)
        except Refused as refused:
            return Refusal(refused.rule, refused.reason)
