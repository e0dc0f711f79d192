"""Serialise the messages that cross the seam between web process and engine."""

from meddx.engine.contract import ArchiveMember, DeidentifiedFile, Diagnosis, EvaluationResult, StoredJob, UnpackedPart
from meddx.evaluate.external_predictions import ExternalPredictions, UnreadScores
from meddx.evaluate.paired.alignment import Aligned
from meddx.evaluate.paired.difference import PairedDifference
from meddx.evaluate.paired.system import System
from meddx.evaluate.predictions import Predictions
from meddx.plain_messages import PlainMessages
from meddx.types import (
    Box,
    Contributions,
    Counterfactual,
    DrawableImage,
    EngineStatus,
    Explanation,
    ImageHeader,
    JobStatus,
    LabelShares,
    MapCheck,
    MapGallery,
    MapMeasure,
    MethodPicture,
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
        ArchiveMember,
        Box,
        DeidentifiedFile,
        Diagnosis,
        DrawableImage,
        EngineStatus,
        EvaluationResult,
        Explanation,
        ExternalPredictions,
        ImageHeader,
        OodScore,
        Contributions,
        Counterfactual,
        JobStatus,
        MapGallery,
        MapMeasure,
        MethodPicture,
        PairedDifference,
        SimilarCase,
        Placement,
        Prediction,
        Predictions,
        Refusal,
        LabelShares,
        MapCheck,
        StoredFrame,
        StoredJob,
        System,
        UnpackedPart,
        UnreadScores,
        VoiLut,
        Window,
    )
)
TYPES = _messages.types
"""The dataclasses that cross the seam, by name."""
serialize, deserialize = _messages.serialize, _messages.deserialize
message_parts = _messages.message_parts
