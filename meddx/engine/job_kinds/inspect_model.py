"""Inspect an uploaded model file: what is found in it, and what only a person can say."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from meddx.engine.contract import JobContext
from meddx.engine.uploads import uploaded_file
from meddx.install.choices import model_id
from meddx.types import Progress


def run(context: JobContext, arguments: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Return the fields of meddx.model.importing.found_model.FoundModel, and `id`, made from the file's name.

    arguments: model_upload (token from Engine.upload). The file is scanned before anything in it is built. Raises
    Refused.
    """
    from meddx.model.importing.describe_file import describe_file

    with uploaded_file(arguments["model_upload"], progress, keep=True) as file:
        progress(0, 0, "Reading the model file")
        return asdict(describe_file(file)) | {"id": model_id(file)}
