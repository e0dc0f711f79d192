"""Run a model over a labelled set as a resumable job whose result does not depend on interruptions.

`answers.jsonl` grows by a line for each batch of images; whoever resumes the job goes on after the last whole line.
`plan.json` records the model and the images, so that no others are mixed in.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import chain
from math import isnan, nan
from pathlib import Path
from typing import Any

import numpy as np

from meddx.engine.contract import JobContext
from meddx.engine.evaluation_job import (
    PIXELS_FILE,
    PREDICTIONS_FILE,
    REFUSED_FILE,
    EvaluationSet,
    open_evaluation_set,
    pixels_digest,
    take_upload,
)
from meddx.engine.job_store import private, write_private
from meddx.errors import Refused
from meddx.evaluate.batched_inference import ImageAnswer, ModelOutput, batch_size, model_outputs
from meddx.evaluate.case_pseudonyms import numbered_patients
from meddx.evaluate.logits_and_distances import LogitsAndDistances
from meddx.evaluate.ood_detector import OodDetector
from meddx.evaluate.predict_set import predictions_of
from meddx.evaluate.predictions import write_predictions
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.model.card import Card
from meddx.types import Progress, Refusal
from meddx.whole_file import whole_file

ANSWERS, PLAN = "answers.jsonl", "plan.json"
_TRIES = "tries.json"
_MOST_TRIES = 5
"""Times that the process may end at the same images: whatever ends it then is no chance."""


def run(context: JobContext, arguments: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Return n, refused (rule -> number of images), left_out, model, version, card (its fingerprint), title, labels.

    arguments: see meddx.engine.evaluation_job, and `folder`. Writes predictions.parquet and refused.json there. Raises
    Refused, and CardError for a model that cannot be used.
    """
    folder: Path = arguments["folder"]
    progress(0, 0, "Loading the model")
    loaded = context.loaded(arguments["model"])
    detector = context.ood_detector(arguments["model"])
    card = loaded.card
    take_upload(arguments, folder, progress)
    progress(0, 0, "Reading the list of images")
    measured = open_evaluation_set(arguments, folder, card)
    images = measured.images.decoded_by(context.decode)
    _plan(folder, card, images, detector)
    done = _done(folder, card)
    ask = LogitsAndDistances(loaded, detector)
    with _counted_try(folder, done), open(folder / ANSWERS, "ab", opener=private) as file:
        progress(min(done, len(images)), len(images), "Reading images")
        for piece in model_outputs(ask, card, images, done):
            file.write(json.dumps([_plain(answer) for answer in piece]).encode() + b"\n")
            file.flush()
            done += len(piece)
            progress(done, len(images), "Reading images")
    return _finish(folder, measured, detector)


def _plan(folder: Path, card: Card, images: LabelledSet, detector: OodDetector | None) -> None:
    """Raise Refused where the job was begun with another model or other images."""
    if not images.cases:
        raise Refused("empty-set", "No image of the set is to be measured: map at least one of its classes to a label.")
    digest = hashlib.sha256()
    keys: dict[str, str] = {}
    for case in images.cases:
        with suppress(Refused):  # an image that is missing is refused in its place
            keys[case.id] = pixels_digest(case)
        digest.update(json.dumps([case.id, case.labels, case.frame, keys.get(case.id, "")]).encode())
    limit = None if detector is None else detector.threshold
    plan = json.dumps({"card": card.fingerprint, "images": digest.hexdigest(), "limit": limit}).encode()
    path = folder / PLAN
    if not path.exists():
        write_private(folder / PIXELS_FILE, json.dumps(keys).encode())
        write_private(path, plan)
    elif path.read_bytes() != plan:
        raise Refused("changed", "The model or the images changed while the evaluation was interrupted; start another.")


def _done(folder: Path, card: Card) -> int:
    """Return the number of images already measured, and truncate an incomplete last line."""
    path = folder / ANSWERS
    if not path.exists():
        return 0
    pieces = whole = 0
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                pieces, whole = pieces + 1, whole + len(line)
    with path.open("rb+") as file:
        file.truncate(whole)
    return pieces * batch_size(card)


@contextmanager
def _counted_try(folder: Path, done: int) -> Iterator[None]:
    """Count a try at the images after the first `done` while it lasts: it stays counted where the process ends in it.

    Raises Refused where as many as may be have ended so.
    """
    path = folder / _TRIES
    tries = json.loads(path.read_bytes()) if path.exists() else []
    tries = [at for at in tries if at == done]
    if len(tries) >= _MOST_TRIES:
        raise Refused(
            "ends-the-process",
            f"The engine ended {_MOST_TRIES} times while it measured what follows the first {done} images of this set: "
            "leave some of that out, or report this.",
        )
    write_private(path, json.dumps([*tries, done]).encode())
    try:
        yield
    except Exception:
        with suppress(OSError):  # a full disk, perhaps, which is what is raised then
            write_private(path, json.dumps(tries).encode())
        raise


def _plain(answer: ModelOutput) -> dict[str, Any]:
    """Return the output as JSON; every float32 survives the round trip through float64 decimals."""
    if isinstance(answer, Refusal):
        return {"rule": answer.rule, "reason": answer.reason}
    return {"logits": answer.logits.tolist(), "distance": None if isnan(answer.distance) else answer.distance}


def _finish(folder: Path, measured: EvaluationSet, detector: OodDetector | None) -> dict[str, Any]:
    images, grouping = measured.images, measured.grouping
    answers, rows, refused = [], [], []
    with (folder / ANSWERS).open("rb") as file:
        for row, answer in enumerate(chain.from_iterable(map(json.loads, file))):
            if "rule" in answer:
                refused.append({"case": images.cases[row].id, **answer})
            else:
                distance = nan if answer["distance"] is None else answer["distance"]
                answers.append(ImageAnswer(np.array(answer["logits"], np.float32), distance))
                rows.append(row)
    write_private(folder / REFUSED_FILE, json.dumps(refused).encode())
    rules = dict(Counter(one["rule"] for one in refused).most_common())
    if not rows:
        raise Refused("no-image-read", f"None of the {len(images)} images could be measured. {refused[0]['reason']}")
    predictions = numbered_patients(predictions_of(images.subset(rows), answers, grouping, detector))
    with whole_file(folder / PREDICTIONS_FILE, private=True) as partial:
        write_predictions(partial, predictions)
    card = grouping.card
    return {
        "model": card.id,
        "version": card.version,
        "card": card.fingerprint,
        "title": card.title,
        "labels": list(grouping.labels),
        "n": len(rows),
        "refused": rules,
        "left_out": measured.left_out,
    }
