"""An evaluation as it lies in its job's folder: what was asked, which images are meant, what was found. No TensorFlow.

arguments of a job of kind "evaluate": model (id); one of folder_of_images (path) and upload (what receive returned);
classes (the set's name of a class -> the model's labels that it stands for, none to leave it out); title (what to call
the set); images_until (seconds since 1970; uploaded images stay until then, else until the job ends).
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meddx.config import evaluate_roots
from meddx.engine import uploads
from meddx.engine.job_store import UPLOADED_IMAGES, JobStore, StoredJob
from meddx.errors import Refused
from meddx.evaluate.label_grouping import LEFT_OUT, LabelGrouping, group_labels
from meddx.evaluate.predictions import Predictions, read_predictions
from meddx.evaluate.sets.inspection import confine, inspect_set
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet
from meddx.evaluate.sets.open_set import open_set
from meddx.model.card import Card
from meddx.types import Refusal, StoredFrame

EVALUATION_KIND = "evaluate"
PREDICTIONS_FILE, REFUSED_FILE = "predictions.parquet", "refused.json"


@dataclass(frozen=True)
class EvaluationImages:
    """The images of an evaluation. left_out: how many of the set are not measured."""

    images: LabelledSet
    grouping: LabelGrouping
    left_out: int


def allowed_path(path: str) -> Path:
    """The folder or file of this name, if the server may read it. Raises Refused."""
    roots = [root.resolve() for root in evaluate_roots()]
    if not roots:
        raise Refused("no-roots", "This server reads no folders; whoever runs it can name some: MEDDX_EVALUATE_ROOTS.")
    named = Path(path)
    for root in roots:
        found = (root / named).resolve()
        if found.is_relative_to(root) and found.exists():
            return found
    raise Refused("not-allowed", "There is no such folder among those that this server may read.")


def place_images(arguments: Mapping[str, Any], folder: Path, progress: Callable[[int, int], None]) -> None:
    """Bring uploaded images to the job's folder, once."""
    if "upload" in arguments and not (folder / UPLOADED_IMAGES).exists():
        uploads.unpacked_upload(arguments["upload"], progress)
        uploads.claim_upload(arguments["upload"], folder)


def open_images(arguments: Mapping[str, Any], folder: Path, card: Card) -> EvaluationImages:
    """The set, by the labels that are measured. Raises Refused."""
    if "upload" in arguments:
        root = folder / UPLOADED_IMAGES
        roots: tuple[Path, ...] = (root,)
        if not root.exists():
            raise Refused("images-gone", "The uploaded images were deleted when the evaluation ended.")
    else:
        root, roots = allowed_path(arguments["folder_of_images"]), evaluate_roots()
    grouping = group_labels(card, arguments["classes"])
    measured = grouping.labels
    known = (*measured, LEFT_OUT) if LEFT_OUT in grouping.names.values() else measured
    images = open_set(inspect_set(root).path, known, grouping.names)
    confine(images, roots)
    kept = tuple(case for case in images.cases if LEFT_OUT not in case.labels)
    return EvaluationImages(LabelledSet(measured, kept), grouping, len(images) - len(kept))


def read_result(job: StoredJob) -> tuple[Predictions, dict[str, Refusal]]:
    """What was found, and case id -> why it was refused. Raises Refused."""
    folder = JobStore().folder(job.id)
    try:
        refused = json.loads((folder / REFUSED_FILE).read_bytes())
    except (OSError, ValueError) as error:
        raise Refused("no-result", "The result of this evaluation is not there.") from error
    return read_predictions(folder / PREDICTIONS_FILE), {
        one["case"]: Refusal(one["rule"], one["reason"]) for one in refused
    }


def evaluation_case(job: StoredJob, card: Card, case_id: str) -> StoredFrame | Refusal:
    """One of its cases, while its file is there."""
    try:
        if job.id not in _opened:
            images = open_images(job.arguments, JobStore().folder(job.id), card).images
            _opened[job.id] = {case.id: case for case in images.cases}
            while len(_opened) > _MOST_OPENED:
                _opened.popitem(last=False)
        case = _opened[job.id].get(case_id)
        if case is None:
            raise Refused("no-case", "The set has no image of this name any more.")
        return case.stored()
    except Refused as refused:
        return Refusal(refused.rule, refused.reason)


_opened: OrderedDict[str, dict[str, LabelledCase]] = OrderedDict()
"""By job: the images that a reader looked at lately."""
_MOST_OPENED = 8
