"""Keep a model's answers to the images of a set in a folder, so that whoever is interrupted can go on.

What is kept names neither image nor patient.
"""

import hashlib
import json
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from math import isnan, nan
from pathlib import Path
from typing import Any

import numpy as np

from meddx.errors import Refused
from meddx.evaluate.batched_inference import ImageAnswer, ModelOutput, Outputs, batch_size
from meddx.evaluate.ood_detector import OodDetector
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet
from meddx.kept_pieces import KeptPieces
from meddx.model.card import Card
from meddx.types import JSON, Refusal

_ASKED_AT_ONCE = 16
"""Images whose state is asked for at once, which a store takes its time to say."""


class KeptAnswers:
    """The answers of one model to the images of one set, as far as they are kept in a folder."""

    def __init__(self, folder: Path, card: Card, images: LabelledSet, detector: OodDetector | None) -> None:
        """Begin, or take up what the folder holds.

        detector: whose distances the answers hold, None where they hold none. Raises Refused where the folder holds
        answers of another model or to other images; OSError.
        """
        self._images = images
        self._kept = KeptPieces(folder, _plan(card, images, detector))
        self.done = self._kept.count * batch_size(card)
        """Images that are answered, counting a last batch as full."""

    def pieces(self) -> Iterator[list[ModelOutput]]:
        """Yield the answers that are kept, in the order of the images, a batch at a time."""
        for piece in self._kept:
            yield [_answer(one) for one in piece]

    def answers(self) -> Iterator[ModelOutput]:
        """Yield the answers that are kept, in the order of the images."""
        return chain.from_iterable(self.pieces())

    def complete(self, outputs: Outputs) -> Generator[list[ModelOutput]]:
        """Ask for the answers that are missing and yield them, a batch at a time, each once it is kept."""
        for piece in outputs(self._images, self.done):
            self._kept.keep([_plain(answer) for answer in piece])
            self.done += len(piece)
            yield piece


def keeping(folder: Path, card: Card, detector: OodDetector | None, outputs: Outputs) -> Outputs:
    """Return outputs that come from a folder as far as they are kept there, and are kept there as they are made.

    detector: whose distances they hold. Raises Refused as KeptAnswers does, and OSError.
    """

    def kept_outputs(images: LabelledSet, first: int) -> Iterator[list[ModelOutput]]:
        assert first == 0
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = KeptAnswers(folder, card, images, detector)
        yield from kept.pieces()
        yield from kept.complete(outputs)

    return kept_outputs


def _plan(card: Card, images: LabelledSet, detector: OodDetector | None) -> JSON:
    """Return what decides the answers."""
    digest = hashlib.sha256()
    with ThreadPoolExecutor(_ASKED_AT_ONCE) as pool:
        for case, pixels in zip(images.cases, pool.map(_pixels, images.cases), strict=True):
            digest.update(json.dumps([case.id, case.labels, case.frame, pixels]).encode())
    limit = None if detector is None else detector.threshold
    return {"card": card.fingerprint, "images": digest.hexdigest(), "limit": limit}


def _pixels(case: LabelledCase) -> str:
    """Return what identifies a case's pixels, "" for an image that is missing, which is refused in its place."""
    try:
        return case.pixels_digest()
    except Refused:
        return ""


def _plain(answer: ModelOutput) -> dict[str, Any]:
    """Return the output as JSON; every float32 survives the round trip through float64 decimals."""
    if isinstance(answer, Refusal):
        return {"rule": answer.rule, "reason": answer.reason}
    return {"logits": answer.logits.tolist(), "distance": None if isnan(answer.distance) else answer.distance}


def _answer(plain: dict[str, Any]) -> ModelOutput:
    """Return what _plain was given."""
    if "rule" in plain:
        return Refusal(plain["rule"], plain["reason"])
    distance = nan if plain["distance"] is None else plain["distance"]
    return ImageAnswer(np.array(plain["logits"], np.float32), distance)
