"""Read the scores of any external system, e.g. a vendor's or a reader's, from a table file."""

from meddx.evaluate.external_predictions.options import Reading
from meddx.evaluate.external_predictions.read_file import column_names_of, read
from meddx.evaluate.external_predictions.result import ExternalPredictions, UnreadScores

__all__ = ["ExternalPredictions", "Reading", "UnreadScores", "column_names_of", "read"]
