"""Predict every frame of one file."""

from collections.abc import Mapping
from typing import Any

from meddx.engine.contract import JobContext
from meddx.errors import Refused
from meddx.types import Progress, Refusal


def run(context: JobContext, arguments: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Return probabilities (label -> of each frame, None where it was refused) and refused (of each frame why).

    arguments: data (bytes of the file), model (id). Raises Refused where every frame is refused.
    """
    data, model = arguments["data"], arguments["model"]
    answers: dict[int, dict[str, float]] = {}
    refused: dict[int, Refusal] = {}
    frame, frames = 0, 1
    while frame < frames:
        progress(frame, frames)
        try:
            frames = context.read(data, frame).frames
            answers[frame] = context.predict(data, model, frame).probabilities
        except Refused as error:
            frames = max(frames, error.frames)
            refused[frame] = Refusal(error.rule, error.reason)
        frame += 1
    if not answers:
        raise Refused(refused[0].rule, refused[0].reason, frames)
    labels = next(iter(answers.values()))
    probabilities = {
        label: tuple(answers[at][label] if at in answers else None for at in range(frames)) for label in labels
    }
    return {"probabilities": probabilities, "refused": tuple(refused.get(at) for at in range(frames))}
