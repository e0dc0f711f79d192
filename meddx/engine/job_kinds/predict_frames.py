"""Predict every frame of one file."""

from collections.abc import Mapping
from typing import Any

from meddx.engine.contract import JobContext
from meddx.types import Progress


def run(context: JobContext, arguments: Mapping[str, Any], progress: Progress) -> dict[str, tuple[float, ...]]:
    """Return label -> calibrated probability of each frame, in order.

    arguments: data (bytes of the file), model (id). Raises Refused where a frame cannot be read or is not accepted.
    """
    data, model = arguments["data"], arguments["model"]
    frames = context.read(data).frames
    answers: list[dict[str, float]] = []
    for frame in range(frames):
        progress(frame, frames)
        answers.append(context.predict(data, model, frame).probabilities)
    return {label: tuple(answer[label] for answer in answers) for label in answers[0]}
