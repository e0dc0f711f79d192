"""Compute explanation maps of one image as a job, with progress and cancellation."""

from collections.abc import Mapping
from typing import Any

from meddx.engine.contract import JobContext
from meddx.types import Explanation, Progress


def run(context: JobContext, arguments: Mapping[str, Any], progress: Progress) -> Explanation:
    """Return the maps of every label.

    arguments: those of Engine.explain: data (bytes of the file), model (id), method (name), frame. Raises Refused where
    the image cannot be read or is not accepted, and for an unknown method.
    """
    return context.explain(**arguments, progress=progress)
