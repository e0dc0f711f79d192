"""Reading an uploaded predictions file: once, through a temporary file that is deleted at once."""

import tempfile
from pathlib import Path

from meddx.errors import Refused
from meddx.evaluate.external_predictions import ExternalPredictions, read
from meddx.types import Refusal

FILE_TYPES = ["csv", "tsv", "txt", "xlsx", "parquet", "pq"]
"""File extensions that can be read."""
NEEDS_PROBABILITIES = (
    "The file's scores are no probabilities, and this page draws probabilities; `python -m meddx evaluate "
    "--predictions FILE` and `python -m meddx compare` measure them, or store probabilities from 0 to 1."
)


def read_predictions_file(name: str, data: bytes) -> ExternalPredictions | Refusal:
    """Return the predictions in a file of that name and content, or a Refusal that says what is wrong with it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"predictions{Path(name).suffix.lower()}"
        path.write_bytes(data)
        try:
            found = read(path)
        except Refused as refused:
            return Refusal(refused.rule, refused.reason)
    if found.ratings or not found.predictions.are_probabilities:
        return Refusal("not-a-probability", NEEDS_PROBABILITIES)
    return found
