"""Calibrate an installed model anew on uploaded labelled images, as a new version."""

from collections.abc import Mapping
from typing import Any

from meddx.audit.record import record
from meddx.config import models_dir
from meddx.engine.contract import JobContext
from meddx.engine.import_job import opened_local_cases
from meddx.errors import Refused
from meddx.model.registry import find_model
from meddx.types import Progress


def run(context: JobContext, arguments: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Return id, version and earlier version of the model, which answers anew then, and both versions' metrics.

    arguments: model (Card.key of the version that is replaced); labelled images, choices and owner, see
    meddx.engine.import_job. now, before: fields of meddx.model.card.CardMetric, of both versions on the same test
    cases. A job that is cancelled changes nothing. Raises Refused, and CardError for a model that cannot be used.
    """
    from meddx.evaluate.card_metrics import stated
    from meddx.install.recalibrate import recalibrate

    id, _, fingerprint = arguments["model"].partition(":")
    replaced = find_model(models_dir(), id).card
    if fingerprint != replaced.fingerprint:
        raise Refused("model-replaced", f"{id} is another version by now, {replaced.version}; look at that one first.")
    with opened_local_cases(arguments, progress) as local:
        added = recalibrate(id, local, models_dir(), progress, context.decode)
    who = arguments.get("owner", "")
    record("model-added", who=who, subject=f"{id} {added.card.version}", detail="recalibrated")
    context.loaded(added.card.key)  # so that the next question need not wait for it
    return {
        "id": id,
        "version": added.card.version,
        "earlier": replaced.version,
        "now": [metric.model_dump() for metric in stated(added.measured, "test")],
        "before": [metric.model_dump() for metric in stated(added.measured_before, "test")],
    }
