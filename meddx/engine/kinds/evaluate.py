"""A model over a labelled set: hours, perhaps, and a result that no interruption changes.

`answers.jsonl` grows by a line for each piece of films; whoever takes the job up goes on after the last whole line.
`plan.json` says of what model and films, so that no other are mixed in.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from meddx.engine.evaluation import PREDICTIONS, REFUSED, Films, open_films, place_films
from meddx.engine.jobs import Progress
from meddx.engine.kept import private, write_private
from meddx.errors import Refused
from meddx.evaluate.predictions import Predictions, write_predictions
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.evaluate.streaming import Answer, Ask, answers, piece_size
from meddx.explain.methods.passes import Logits
from meddx.model.card import Card
from meddx.model.loading import load
from meddx.model.registry import find_model
from meddx.types import Refusal

if TYPE_CHECKING:
    from meddx.engine.service import Service

ANSWERS, PLAN = "answers.jsonl", "plan.json"
_TRIES, _READING = "tries.json", "reading"
_CAREFUL_FROM = 3
"""Tries at the same piece, each ended by the death of the process, after which films are read one by one."""
_DEATHS = 2
"""Of the process, while it read the same film, until the film is held to be the cause."""
_CAREFUL_PIECES = 5
"""More than are decoded ahead: the film that kills is among them."""


def run(service: "Service", arguments: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """arguments: see meddx.engine.evaluation, and `folder`. Result: n, refused (rule -> films), left_out.

    Also model, version, title and labels. Writes predictions.parquet and refused.json there. Raises Refused.
    """
    folder: Path = arguments["folder"]
    installed = find_model(service.directory, arguments["model"])
    card = installed.card
    place_films(arguments, folder, lambda done, total: progress(done >> 20, total >> 20, "Unpacking (MiB)"))
    progress(0, 0, "Reading the list of films")
    opened = open_films(arguments, folder, card)
    films = opened.films
    _plan(folder, card, films)
    done = _done(folder, card)
    progress(min(done, len(films)), len(films), "Loading the model")
    ask = Logits(load(installed.folder).network)
    with open(folder / ANSWERS, "ab", opener=private) as file:
        for piece in _answers(ask, card, films, done, folder):
            file.write(json.dumps([_plain(answer) for answer in piece]).encode() + b"\n")
            file.flush()
            done += len(piece)
            progress(done, len(films), "Reading films")
    return _finish(folder, opened)


def _plan(folder: Path, card: Card, films: LabelledSet) -> None:
    """Raise Refused where the job was begun with another model or other films."""
    if not films.cases:
        raise Refused("empty-set", "No film of the set is to be measured.")
    digest = hashlib.sha256()
    for case in films.cases:
        key: list[str | int] = []
        with suppress(Refused):  # a film that is missing is refused in its place
            key = case.pixels_key()
        digest.update(json.dumps([case.id, case.labels, case.frame, key]).encode())
    plan = json.dumps({"weights": card.weights.sha256, "version": card.version, "films": digest.hexdigest()}).encode()
    path = folder / PLAN
    if not path.exists():
        write_private(path, plan)
    elif path.read_bytes() != plan:
        raise Refused("changed", "The model or the films changed while the evaluation was interrupted; start another.")


def _done(folder: Path, card: Card) -> int:
    """Films that need no asking; cuts off what a killed process left of a line."""
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
    return pieces * piece_size(card)


def _answers(ask: Ask, card: Card, films: LabelledSet, first: int, folder: Path) -> Iterator[list[Answer]]:
    """As meddx.evaluate.streaming, but a film that kills whoever decodes it is found and refused."""
    tries, deadly = _try_again(folder, first)
    if tries < _CAREFUL_FROM:
        return answers(ask, card, films, first)

    def before(number: int) -> None:
        if number in deadly:
            raise Refused("ends-the-reader", "Reading this file ended the program that read it; it was left out.")
        write_private(folder / _READING, str(number).encode())

    def careful() -> Iterator[list[Answer]]:
        yield from answers(ask, card, LabelledSet(films.labels, films.cases[:until]), first, before)
        (folder / _READING).unlink(missing_ok=True)

    until = min(first + _CAREFUL_PIECES * piece_size(card), len(films))
    return chain(careful(), answers(ask, card, films, until))


def _try_again(folder: Path, first: int) -> tuple[int, set[int]]:
    """How often the job was taken up at film number `first`, and the films at which the process died twice."""
    path, reading = folder / _TRIES, folder / _READING
    known: dict[str, Any] = json.loads(path.read_bytes()) if path.exists() else {"at": first, "tries": 0, "died": []}
    tries = known["tries"] + 1 if known["at"] == first else 1
    died: list[int] = known["died"]
    if reading.exists():
        died.append(int(reading.read_bytes()))
        reading.unlink()
    write_private(path, json.dumps({"at": first, "tries": tries, "died": died}).encode())
    return tries, {number for number, times in Counter(died).items() if times >= _DEATHS}


def _plain(answer: Answer) -> list[float] | dict[str, str]:
    """Every float32 is a float64 whose decimal digits give it back."""
    return {"rule": answer.rule, "reason": answer.reason} if isinstance(answer, Refusal) else answer.tolist()


def _finish(folder: Path, opened: Films) -> dict[str, Any]:
    films, grouping = opened.films, opened.grouping
    logits, rows, refused = [], [], []
    with (folder / ANSWERS).open("rb") as file:
        for row, answer in enumerate(chain.from_iterable(map(json.loads, file))):
            if isinstance(answer, dict):
                refused.append({"case": films.cases[row].id, **answer})
            else:
                logits.append(np.array(answer, np.float32))
                rows.append(row)
    write_private(folder / REFUSED, json.dumps(refused).encode())
    rules = dict(Counter(one["rule"] for one in refused).most_common())
    if not rows:
        raise Refused("no-film-read", f"None of the {len(films)} films could be measured. {refused[0]['reason']}")
    predictions = _predictions(films.subset(rows), np.stack(logits), opened)
    partial = folder / f"{PREDICTIONS}.partial"
    write_predictions(partial, predictions)
    partial.chmod(0o600)
    partial.replace(folder / PREDICTIONS)
    card = grouping.card
    about = {"model": card.id, "version": card.version, "title": card.title, "labels": list(grouping.labels)}
    return about | {"n": len(rows), "refused": rules, "left_out": opened.left_out}


def _predictions(films: LabelledSet, logits: np.ndarray, opened: Films) -> Predictions:
    known = {
        "sex": tuple(case.sex for case in films.cases),
        "age": tuple(None if case.age is None else f"{case.age:g}" for case in films.cases),
        "view": tuple(case.view for case in films.cases),
    }
    return Predictions(
        films.labels,
        tuple(films.ids),
        tuple(str(group) for group in films.groups),
        films.targets(),
        opened.grouping.logits(logits),
        opened.grouping.probabilities(logits),
        {name: values for name, values in known.items() if any(value is not None for value in values)},
    )
