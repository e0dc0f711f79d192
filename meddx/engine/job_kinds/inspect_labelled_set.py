"""Inspect a labelled set: how many images it has, and the names of its classes."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from meddx.engine.contract import JobContext
from meddx.engine.evaluation_job import allowed_path
from meddx.engine.uploads import unpacked_upload
from meddx.evaluate.sets.inspection import inspect_set
from meddx.types import Progress


def run(context: JobContext, arguments: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Return the fields of meddx.evaluate.sets.inspection.SetInspection, but its path.

    arguments: folder_of_images (path) or upload (token from Engine.upload). Raises Refused.
    """
    reading = "Reading the list of images"
    if "upload" in arguments:
        with unpacked_upload(arguments["upload"], progress) as images:
            progress(0, 0, reading)
            found = inspect_set(images)
    else:
        images = allowed_path(arguments["folder_of_images"])
        progress(0, 0, reading)
        found = inspect_set(images)
    return {name: value for name, value in asdict(found).items() if name != "path"}
