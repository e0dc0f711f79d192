"""Read an uploaded file of scores: Parquet and Excel are parsed here, never in the web process."""

from collections.abc import Mapping
from typing import Any

from meddx.engine.contract import JobContext
from meddx.engine.uploads import uploaded_file
from meddx.errors import Refused
from meddx.evaluate.case_pseudonyms import scores_on_reading
from meddx.evaluate.external_predictions import ExternalPredictions, Reading, UnreadScores, column_names_of, read
from meddx.types import Progress, Refusal

POSITIVE = "positive"


def options_of(columns: Mapping[str, str]) -> Reading:
    """Return the options for reading a file by the columns that a reader chose; see `run`."""
    positive = columns.get(POSITIVE)
    chosen = {role: name for role, name in columns.items() if role != POSITIVE}
    return Reading(columns=chosen, positive=(positive,) if positive else ())


def run(context: JobContext, arguments: Mapping[str, Any], progress: Progress) -> ExternalPredictions | UnreadScores:
    """Return the scores in the file, or why a table has none that can be read; the file is deleted.

    Cases and patients have pseudonyms where the server de-identifies on reading.

    arguments: upload (token from Engine.upload of one file), columns (role -> its column, where the reader chose one;
    POSITIVE -> the name in the truth that the only score is of).
    Raises Refused where it is no table.
    """
    with uploaded_file(arguments["upload"], progress) as path:
        progress(0, 0, "Reading the file")
        try:
            return scores_on_reading(read(path, options_of(arguments.get("columns", {}))))
        except Refused as refused:
            names = column_names_of(path)
            if len(names) < 2:  # nothing to choose
                raise
            return UnreadScores(Refusal(refused.rule, refused.reason), names)
