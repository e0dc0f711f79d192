"""What a model says of each frame of one file."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from meddx.engine.job_runner import JobProgress

if TYPE_CHECKING:
    from meddx.engine.service import Service


def run(service: "Service", arguments: Mapping[str, Any], progress: JobProgress) -> dict[str, tuple[float, ...]]:
    """Label -> calibrated probability of each frame, in order.

    arguments: data (bytes of the file), model (id). Raises Refused where a frame cannot be read or is not accepted.
    """
    data, model = arguments["data"], arguments["model"]
    frames = service.read(data).frames
    answers: list[dict[str, float]] = []
    for frame in range(frames):
        progress(frame, frames)
        answers.append(service.predict(data, model, frame).probabilities)
    return {label: tuple(answer[label] for answer in answers) for label in answers[0]}
