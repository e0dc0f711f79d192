"""Run a model over a labelled set as a resumable job whose result does not depend on interruptions.

`answers.jsonl` grows by a line for each batch of images; whoever resumes the job goes on after the last whole line.
`plan.json` records the model and the images, so that no others are mixed in.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import chain
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
    take_upload,
)
from meddx.engine.job_store import private, write_private
from meddx.errors import Refused
from meddx.evaluate.batched_inference import CaseForward, Forward, ModelOutput, batch_size, model_outputs
from meddx.evaluate.case_records import logits_of
from meddx.evaluate.predictions import Predictions, write_predictions
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.model.card import Card
from meddx.types import Progress, Refusal
from meddx.whole_file import whole_file

ANSWERS, PLAN = "answers.jsonl", "plan.json"
_TRIES, _READING = "tries.json", "reading"
_CAREFUL_FROM = 3
"""Tries at the same piece, each ended by the death of the process, after which images are read one by one."""
_DEATHS = 2
"""Of the process, while it read the same image, until the image is held to be the cause."""
_CAREFUL_PIECES = 5
"""More than are decoded ahead: the image that kills is among them."""


def run(context: JobContext, arguments: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Return n, refused (rule -> number of images), left_out, model, version, card (its fingerprint), title, labels.

    arguments: see meddx.engine.evaluation_job, and `folder`. Writes predictions.parquet and refused.json there. Raises
    Refused, and CardError for a model that cannot be used.
    """
    folder: Path = arguments["folder"]
    progress(0, 0, "Loading the model")
    loaded = context.loaded(arguments["model"])
    card = loaded.card
    take_upload(arguments, folder, progress)
    progress(0, 0, "Reading the list of images")
    measured = open_evaluation_set(arguments, folder, card)
    images = measured.images
    _plan(folder, card, images)
    done = _done(folder, card)
    progress(min(done, len(images)), len(images), "Reading images")
    ask = logits_of(loaded)
    with open(folder / ANSWERS, "ab", opener=private) as file:
        for piece in _answers(ask, card, images, done, folder):
            file.write(json.dumps([_plain(answer) for answer in piece]).encode() + b"\n")
            file.flush()
            done += len(piece)
            progress(done, len(images), "Reading images")
    return _finish(folder, measured)


def _plan(folder: Path, card: Card, images: LabelledSet) -> None:
    """Raise Refused where the job was begun with another model or other images."""
    if not images.cases:
        raise Refused("empty-set", "No image of the set is to be measured: map at least one of its classes to a label.")
    digest = hashlib.sha256()
    keys: dict[str, list[str | int]] = {}
    for case in images.cases:
        with suppress(Refused):  # an image that is missing is refused in its place
            keys[case.id] = case.pixels_key()
        digest.update(json.dumps([case.id, case.labels, case.frame, keys.get(case.id, [])]).encode())
    plan = json.dumps({"card": card.fingerprint, "images": digest.hexdigest()}).encode()
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


def _answers(
    ask: Forward | CaseForward, card: Card, images: LabelledSet, first: int, folder: Path
) -> Iterator[list[ModelOutput]]:
    """Yield model outputs in batches, refusing images whose decoding kills the process.

    As meddx.evaluate.batched_inference otherwise.
    """
    tries, deadly = _try_again(folder, first)
    if tries < _CAREFUL_FROM:
        return model_outputs(ask, card, images, first)

    def before(number: int) -> None:
        if number in deadly:
            raise Refused(
                "ends-the-reader", "Reading this file ended the program that read it; it was left out; export it again."
            )
        write_private(folder / _READING, str(number).encode())

    def careful() -> Iterator[list[ModelOutput]]:
        yield from model_outputs(ask, card, LabelledSet(images.labels, images.cases[:until]), first, before)
        (folder / _READING).unlink(missing_ok=True)

    until = min(first + _CAREFUL_PIECES * batch_size(card), len(images))
    return chain(careful(), model_outputs(ask, card, images, until))


def _try_again(folder: Path, first: int) -> tuple[int, set[int]]:
    """Return how often the job was resumed at image `first`, and the images at which the process died twice."""
    path, reading = folder / _TRIES, folder / _READING
    known: dict[str, Any] = json.loads(path.read_bytes()) if path.exists() else {"at": first, "tries": 0, "died": []}
    tries = known["tries"] + 1 if known["at"] == first else 1
    died: list[int] = known["died"]
    if reading.exists():
        died.append(int(reading.read_bytes()))
        reading.unlink()
    write_private(path, json.dumps({"at": first, "tries": tries, "died": died}).encode())
    return tries, {number for number, times in Counter(died).items() if times >= _DEATHS}


def _plain(answer: ModelOutput) -> list[float] | dict[str, str]:
    """Return the output as JSON; every float32 survives the round trip through float64 decimals."""
    return {"rule": answer.rule, "reason": answer.reason} if isinstance(answer, Refusal) else answer.tolist()


def _finish(folder: Path, measured: EvaluationSet) -> dict[str, Any]:
    images, grouping = measured.images, measured.grouping
    logits, rows, refused = [], [], []
    with (folder / ANSWERS).open("rb") as file:
        for row, answer in enumerate(chain.from_iterable(map(json.loads, file))):
            if isinstance(answer, dict):
                refused.append({"case": images.cases[row].id, **answer})
            else:
                logits.append(np.array(answer, np.float32))
                rows.append(row)
    write_private(folder / REFUSED_FILE, json.dumps(refused).encode())
    rules = dict(Counter(one["rule"] for one in refused).most_common())
    if not rows:
        raise Refused("no-image-read", f"None of the {len(images)} images could be measured. {refused[0]['reason']}")
    predictions = _predictions(images.subset(rows), np.stack(logits), measured)
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


def _predictions(images: LabelledSet, logits: np.ndarray, measured: EvaluationSet) -> Predictions:
    known = {
        "sex": tuple(case.sex for case in images.cases),
        "age": tuple(None if case.age is None else f"{case.age:g}" for case in images.cases),
        "view": tuple(case.view for case in images.cases),
    }
    return Predictions(
        images.labels,
        tuple(images.ids),
        tuple(str(group) for group in images.groups),
        images.targets(),
        measured.grouping.logits(logits),
        measured.grouping.probabilities(logits),
        {name: values for name, values in known.items() if any(value is not None for value in values)},
    )
