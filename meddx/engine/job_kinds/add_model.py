"""Add an uploaded model to the folder of models, calibrated and tested on labelled images where they are given."""

from collections.abc import Mapping
from typing import Any

from meddx.audit.record import record
from meddx.config import models_dir
from meddx.engine.contract import JobContext
from meddx.engine.import_job import opened_import
from meddx.types import Progress


def run(context: JobContext, arguments: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Return id and version of the model, which is installed then.

    arguments: see meddx.engine.import_job; owner, who asked for it, for the audit log. A job that is cancelled leaves
    nothing. Raises Refused.
    """
    from meddx.install.add_model import add_model

    with opened_import(arguments, progress) as (file, choices):
        added = add_model(file, choices, models_dir(), progress, decode=context.decode)
    subject = f"{added.card.id} {added.card.version}"
    record("model-added", who=arguments.get("owner", ""), subject=subject)
    return {"id": added.card.id, "version": added.card.version}
