"""Serialise the messages that cross the seam between web process and engine."""

from meddx.engine.contract import Diagnosis, EvaluationResult, StoredJob
from meddx.evaluate.external_predictions import ExternalPredictions, UnreadScores
from meddx.evaluate.paired.alignment import Aligned
from meddx.evaluate.paired.difference import PairedDifference
from meddx.evaluate.paired.system import System
from meddx.evaluate.predictions import Predictions
from meddx.plain_messages import PlainMessages
from meddx.types import (
    Counterfactual,
    DrawableImage,
    EngineStatus,
    Explanation,
    JobStatus,
    MapCheck,
    MapMeasure,
    OodScore,
    Placement,
    Prediction,
    Refusal,
    SimilarCase,
    StoredFrame,
    VoiLut,
    Window,
)

_messages = PlainMessages(
    (
        Aligned,
        Diagnosis,
        DrawableImage,
        EngineStatus,
        EvaluationResult,
        Explanation,
        ExternalPredictions,
        OodScore,
        Counterfactual,
        JobStatus,
        MapMeasure,
        PairedDifference,
        SimilarCase,
        Placement,
        Prediction,
        Predictions,
        Refusal,
        MapCheck,
        StoredFrame,
        StoredJob,
        System,
        UnreadScores,
        VoiLut,
        Window,
    )
)
TYPES = _messages.types
"""The dataclasses that cross the seam, by name."""
serialize, deserialize = _messages.serialize, _messages.deserialize
