"""What labelled set a reader means: how many images, and what it calls its classes."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from meddx.engine import uploads
from meddx.engine.evaluation_job import allowed_path
from meddx.engine.job_runner import JobProgress
from meddx.evaluate.sets.inspection import inspect_set

if TYPE_CHECKING:
    from meddx.engine.service import Service


def run(service: "Service", arguments: Mapping[str, Any], progress: JobProgress) -> dict[str, Any]:
    """images, classes, no_image, missing and unlabelled of meddx.evaluate.sets.inspection.Survey.

    arguments: folder_of_images (path) or upload (what meddx.engine.uploads.receive returned). Raises Refused.
    """
    if "upload" in arguments:
        root = uploads.unpacked_upload(
            arguments["upload"], lambda done, total: progress(done >> 20, total >> 20, "Unpacking (MiB)")
        )
    else:
        root = allowed_path(arguments["folder_of_images"])
    progress(0, 0, "Reading the list of images")
    found = inspect_set(root)
    return {name: value for name, value in asdict(found).items() if name != "path"}
