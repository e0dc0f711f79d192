from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from meddx.engine import serialization
from meddx.engine.contract import Diagnosis
from meddx.types import (
    DrawableImage,
    EngineStatus,
    JobStatus,
    OodScore,
    Placement,
    Prediction,
    Refusal,
    SimilarCase,
    VoiLut,
    Window,
)

IMAGE = DrawableImage(
    pixels=b"\x1f\x8b",
    rows=2,
    columns=3,
    channels=1,
    slope=0.5,
    intercept=-1024.0,
    window=Window(40.0, 400.0, "SIGMOID"),
    voi_lut=VoiLut(-5, np.linspace(0, 1, 4, dtype=np.float32)),
    inverted=True,
    pixel_aspect=1.25,
    frame=1,
    frames=3,
    format="DICOM",
    bits_stored=12,
    modality="DX",
    body_part=None,
    view="PA",
    transfer_syntax="RLE Lossless",
    synthetic=True,
    notes=("Lossy compressed.",),
)
PREDICTION = Prediction(
    model="chest",
    version="1.0.0",
    logits={"NORMAL": -1.5, "NODULE": 2.0},
    probabilities={"NORMAL": 0.1, "NODULE": 0.9},
    findings=("NODULE",),
    prediction_set=(),
    heatmaps={"NORMAL": np.zeros((2, 2), np.float32), "NODULE": np.arange(6, dtype=np.float32).reshape(2, 3).T},
    heatmap_scale=3.0,
    placement=Placement(0.0, 0.1, 1.0, 0.9),
    ood=OodScore(3.5, 2.0),
    similar_cases=(SimilarCase("a/1.png", ("NODULE",), (), 0.5),),
)


def assert_same(one, other):
    assert type(one) is type(other)
    if isinstance(one, np.ndarray):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
    elif isinstance(one, dict):
        assert list(one) == list(other)
        for key in one:
            assert_same(one[key], other[key])
    elif hasattr(one, "__dataclass_fields__"):
        for field in fields(one):
            assert_same(getattr(one, field.name), getattr(other, field.name))
    else:
        assert one == other


@pytest.mark.parametrize(
    "message",
    [
        Diagnosis(IMAGE, PREDICTION),
        Diagnosis(IMAGE, Refusal("modality-not-accepted", "A sentence.")),
        EngineStatus("warming", ("a",), {"b": "broken"}, 2),
        JobStatus("id", "every_frame", "done", 2, 3, None, "", {"a": (0.5, 0.25)}),
        {"data": b"\x00\xff", "frame": 0, "model": "chest"},
    ],
    ids=["prediction", "refusal", "status", "job", "question"],
)
def test_what_is_packed_comes_back(message):
    assert_same(serialization.deserialize(serialization.serialize(message)), message)


def test_only_plain_data_crosses():
    with pytest.raises(TypeError, match="PosixPath"):
        serialization.serialize({"path": Path("/")})
    with pytest.raises(TypeError, match="ndarray"):
        serialization.serialize(np.array([None]))
    with pytest.raises(ValueError, match="no type that crosses"):
        serialization.deserialize(serialization.serialize({"__kind__": "Popen", "args": "true"}))
