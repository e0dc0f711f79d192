"""Compare ways to prepare images for an uploaded model on labelled images."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from meddx.engine.contract import JobContext
from meddx.engine.import_job import opened_import
from meddx.types import Progress


def run(context: JobContext, arguments: Mapping[str, Any], progress: Progress) -> dict[str, Any] | None:
    """Return the fields of meddx.install.tried_preprocessing.PreprocessingComparison, None without labelled images.

    arguments: see meddx.engine.import_job. Raises Refused.
    """
    from meddx.install.add_model import compare_for

    with opened_import(arguments, progress) as (file, choices):
        compared = compare_for(file, choices, progress, context.decode)
    return None if compared is None else asdict(compared)
