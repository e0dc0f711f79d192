"""Read an uploaded file of scores: Parquet and Excel are parsed here, never in the web process."""

from collections.abc import Mapping
from typing import Any

from meddx.engine.contract import JobContext
from meddx.engine.uploads import uploaded_file
from meddx.evaluate.external_predictions import ExternalPredictions, read
from meddx.types import Progress


def run(context: JobContext, arguments: Mapping[str, Any], progress: Progress) -> ExternalPredictions:
    """Return the scores in the file, which is deleted.

    arguments: upload (token from Engine.upload of one file). Raises Refused where it is no table of scores.
    """
    with uploaded_file(arguments["upload"], progress) as path:
        progress(0, 0, "Reading the file")
        return read(path)
