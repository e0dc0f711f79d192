"""An evaluation as it lies in its job's folder: what was asked, which films are meant, what was found. No TensorFlow.

arguments of a job of kind "evaluate": model (id); one of folder_of_films (path) and upload (what receive returned);
classes (the set's name of a class -> the model's labels that it stands for, none to leave it out); title (what to call
the set); films_until (seconds since 1970; uploaded films stay until then, else until the job ends).
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meddx.config import evaluate_roots
from meddx.engine import incoming
from meddx.engine.kept import FILMS, KeptJob, KeptJobs
from meddx.errors import Refused
from meddx.evaluate.grouping import LEFT_OUT, Grouping, group_labels
from meddx.evaluate.predictions import Predictions, read_predictions
from meddx.evaluate.sets.labelled_set import Case, LabelledSet
from meddx.evaluate.sets.open_set import open_set
from meddx.evaluate.sets.survey import confine, survey
from meddx.model.card import Card
from meddx.types import Refusal, StoredFrame

KIND = "evaluate"
PREDICTIONS, REFUSED = "predictions.parquet", "refused.json"


@dataclass(frozen=True)
class Films:
    """The films of an evaluation. left_out: how many of the set are not measured."""

    films: LabelledSet
    grouping: Grouping
    left_out: int


def allowed(path: str) -> Path:
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


def place_films(arguments: Mapping[str, Any], folder: Path, progress: Callable[[int, int], None]) -> None:
    """Bring uploaded films to the job's folder, once."""
    if "upload" in arguments and not (folder / FILMS).exists():
        incoming.unpacked(arguments["upload"], progress)
        incoming.take(arguments["upload"], folder)


def open_films(arguments: Mapping[str, Any], folder: Path, card: Card) -> Films:
    """The set, by the labels that are measured. Raises Refused."""
    if "upload" in arguments:
        root = folder / FILMS
        roots: tuple[Path, ...] = (root,)
        if not root.exists():
            raise Refused("films-gone", "The uploaded films were deleted when the evaluation ended.")
    else:
        root, roots = allowed(arguments["folder_of_films"]), evaluate_roots()
    grouping = group_labels(card, arguments["classes"])
    measured = grouping.labels
    known = (*measured, LEFT_OUT) if LEFT_OUT in grouping.names.values() else measured
    films = open_set(survey(root).path, known, grouping.names)
    confine(films, roots)
    kept = tuple(case for case in films.cases if LEFT_OUT not in case.labels)
    return Films(LabelledSet(measured, kept), grouping, len(films) - len(kept))


def read_result(job: KeptJob) -> tuple[Predictions, dict[str, Refusal]]:
    """What was found, and case id -> why it was refused. Raises Refused."""
    folder = KeptJobs().folder(job.id)
    try:
        refused = json.loads((folder / REFUSED).read_bytes())
    except (OSError, ValueError) as error:
        raise Refused("no-result", "The result of this evaluation is not there.") from error
    return read_predictions(folder / PREDICTIONS), {one["case"]: Refusal(one["rule"], one["reason"]) for one in refused}


def film_of(job: KeptJob, card: Card, case_id: str) -> StoredFrame | Refusal:
    """One of its cases, while its file is there."""
    try:
        if job.id not in _opened:
            films = open_films(job.arguments, KeptJobs().folder(job.id), card).films
            _opened[job.id] = {case.id: case for case in films.cases}
            while len(_opened) > _MOST_OPENED:
                _opened.popitem(last=False)
        case = _opened[job.id].get(case_id)
        if case is None:
            raise Refused("no-case", "The set has no film of this name any more.")
        return case.stored()
    except Refused as refused:
        return Refusal(refused.rule, refused.reason)


_opened: OrderedDict[str, dict[str, Case]] = OrderedDict()
"""By job: the films that a reader looked at lately."""
_MOST_OPENED = 8
