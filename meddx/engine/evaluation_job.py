"""Read the folder of an evaluation job: its arguments, images and result.

Does not import TensorFlow.

arguments of a job of kind "evaluate": model (id); one of folder_of_images (path) and upload (token from Engine.upload);
classes (the set's name of a class -> the model's labels that it stands for, none to leave it out); title (name of the
set); images_until (seconds since 1970; uploaded images stay until then, else until the job ends).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from meddx.config import evaluate_roots
from meddx.engine.contract import EVALUATE, EvaluationResult, StoredJob
from meddx.engine.job_store import UPLOADED_IMAGES, JobStore
from meddx.engine.uploads import claim_upload
from meddx.errors import Refused
from meddx.evaluate.case_pseudonyms import set_on_reading
from meddx.evaluate.label_grouping import LEFT_OUT, LabelGrouping, group_labels
from meddx.evaluate.sets.inspection import confine, inspect_set
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet
from meddx.evaluate.sets.open_set import open_set
from meddx.model.card import Card
from meddx.model.registry import find_model
from meddx.types import Progress, Refusal, StoredFrame

PREDICTIONS_FILE, REFUSED_FILE = "predictions.parquet", "refused.json"
PIXELS_FILE = "pixels.json"
"""What identifies the pixels that were measured, by case: LabelledCase.pixels_digest, in older jobs pixels_key."""
_MOST_OPENED = 8


@dataclass(frozen=True)
class EvaluationSet:
    """The images of an evaluation and the grouping of their labels.

    left_out: how many of the set are not measured.
    """

    images: LabelledSet
    grouping: LabelGrouping
    left_out: int


def allowed_path(path: str) -> Path:
    """Return the folder or file with this name, if the server may read it.

    Raises Refused.
    """
    roots = [root.resolve() for root in evaluate_roots()]
    if not roots:
        raise Refused("no-roots", "This server reads no folders; whoever runs it can name some: MEDDX_EVALUATE_ROOTS.")
    named = Path(path)
    for root in roots:
        found = (root / named).resolve()
        if found.is_relative_to(root) and found.exists():
            return found
    raise Refused(
        "not-allowed", "There is no such folder among those that this server may read: choose one of those listed."
    )


def take_upload(arguments: Mapping[str, Any], folder: Path, progress: Progress) -> None:
    """Move uploaded images to the job's folder, once.

    Raises Refused.
    """
    if "upload" in arguments and not (folder / UPLOADED_IMAGES).exists():
        claim_upload(arguments["upload"], folder, progress)


def open_evaluation_set(arguments: Mapping[str, Any], folder: Path, card: Card) -> EvaluationSet:
    """Return the images to measure, with the grouping of their labels.

    Raises Refused.
    """
    if "upload" in arguments:
        root = folder / UPLOADED_IMAGES
        roots: tuple[Path, ...] = (root,)
        if not root.exists():
            raise Refused(
                "images-gone", "The uploaded images were deleted when the evaluation ended: upload them again."
            )
    else:
        root, roots = allowed_path(arguments["folder_of_images"]), evaluate_roots()
    grouping = group_labels(card, arguments["classes"])
    measured = grouping.labels
    known = (*measured, LEFT_OUT) if LEFT_OUT in grouping.names.values() else measured
    images = open_set(inspect_set(root).path, known, grouping.names)
    confine(images, roots)
    if "upload" not in arguments:  # an upload has got its names before it was stored
        images = set_on_reading(images)
    kept = tuple(case for case in images.cases if LEFT_OUT not in case.labels)
    return EvaluationSet(LabelledSet(measured, kept), grouping, len(images) - len(kept))


def read_result(job: StoredJob) -> EvaluationResult:
    """Return the result of an evaluation.

    Raises Refused.
    """
    folder = JobStore().folder(job.id)
    try:
        refused = json.loads((folder / REFUSED_FILE).read_bytes())
        predictions = (folder / PREDICTIONS_FILE).read_bytes()
    except (OSError, ValueError) as error:
        raise Refused("no-result", "The result of this evaluation is not there: start it again.") from error
    return EvaluationResult(predictions, {one["case"]: Refusal(one["rule"], one["reason"]) for one in refused})


def read_case(job: StoredJob, models: Path, case_id: str) -> StoredFrame:
    """Return the image of one case, as long as its file exists.

    models: the folder of models, whose card says which labels the set has. Raises Refused.
    """
    if job.kind != EVALUATE:
        raise Refused("no-job", "This job is no evaluation: choose one from the list.")
    case, measured = _cases(job.id, models).get(case_id, (None, None))
    if case is None:
        raise Refused("no-case", "The set has no image of this name any more: evaluate it again.")
    if measured is not None and measured not in (case.pixels_digest(), case.pixels_key()):
        raise Refused("changed", "This image was changed after it was measured; evaluate the set again.")
    return case.stored()


@lru_cache(_MOST_OPENED)
def _cases(id: str, models: Path) -> dict[str, tuple[LabelledCase, str | list[str | int] | None]]:
    """Return the cases of an evaluation, each with what identified its pixels, cached for the evaluations opened last.

    A job's id is never used twice, and its arguments and measured pixels never change.
    """
    store = JobStore()
    job = store.read(id)
    card = find_model(models, job.arguments["model"]).card
    pixels = store.folder(id) / PIXELS_FILE
    keys = json.loads(pixels.read_bytes()) if pixels.exists() else {}
    images = open_evaluation_set(job.arguments, store.folder(id), card).images
    return {case.id: (case, keys.get(case.id)) for case in images.cases}
