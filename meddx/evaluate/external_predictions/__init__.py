"""Scores of any other system, a vendor's or a reader's, from the table that it was written to."""

from meddx.evaluate.external_predictions.options import Reading
from meddx.evaluate.external_predictions.read_file import read
from meddx.evaluate.external_predictions.result import ExternalPredictions

__all__ = ["ExternalPredictions", "Reading", "read"]
