"""Inference over the images of a labelled set in batches, with memory independent of the number of images."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import repeat
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet
from meddx.evaluate.sets.remote_set import RemoteCase
from meddx.explain.methods.explainer import images_at_once
from meddx.imaging.preprocessing import model_input
from meddx.model import acceptance
from meddx.model.card import Card
from meddx.types import Refusal

_FETCHED_AT_ONCE = 8
_AHEAD = 2
"""Batches whose images are being decoded or wait for the network, beside those that it works on."""


class BatchAnswers(NamedTuple):
    """The answers for n images: logits, float32 (n, labels); distances from the training images, float64 (n,).

    A distance is NaN where it is not measured.
    """

    logits: NDArray[np.float32]
    distances: NDArray[np.float64]


class ImageAnswer(NamedTuple):
    """The answer for one image: logits, float32 (labels,), and its distance, NaN where it is not measured."""

    logits: NDArray[np.float32]
    distance: float


Forward = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Network inputs (n, height, width, channels) -> logits (n, labels)."""
Answerer = Callable[[NDArray[np.float32], Sequence[LabelledCase]], BatchAnswers]
"""Network inputs (n, height, width, channels) and the cases they are of -> logits and distances."""
IMAGES_AT_ONCE = 32
"""Network inputs that measurements over a whole set hold in memory together."""
ModelOutput = ImageAnswer | Refusal
"""The answer for one image, or the reason why there is none."""
Outputs = Callable[[LabelledSet, int], Iterator[list[ModelOutput]]]
"""What answers the cases of a set from a number on, in order, a batch at a time, as model_outputs does."""
_Prepared = NDArray[np.float32] | Refusal
"""The network input (height, width, channels) of one image, or the reason why there is none."""


def batch_size(card: Card) -> int:
    """Return the number of images that go through the network together."""
    return images_at_once(card.input.height, card.input.width)


def model_outputs(
    ask: Answerer, card: Card, images: LabelledSet, first: int = 0, *, at_once: int = 1
) -> Iterator[list[ModelOutput]]:
    """Yield the model's outputs for the cases from number `first` on, in order, one batch at a time.

    The last batch may be smaller. Images are decoded on every core while the network works, on `at_once` batches at a
    time. For an image that cannot be read, or that the card does not accept, the output is a Refusal. An output depends
    on its batch alone: where `first` is a multiple of the batch size it is the same to the bit, whether or not the
    earlier cases were evaluated.
    """
    size = batch_size(card)
    pieces: deque[Future[list[ModelOutput]]] = deque()
    decoding = ThreadPoolExecutor(_decoders(images), thread_name_prefix="decoding")
    answering = ThreadPoolExecutor(at_once, thread_name_prefix="answering")

    def answered(cases: Sequence[LabelledCase], inputs: list[Future[_Prepared]]) -> list[ModelOutput]:
        return _answered(ask, cases, [one.result() for one in inputs])

    try:
        for start in range(first, len(images), size):
            cases = images.cases[start : start + size]
            inputs = [decoding.submit(_input, case, card) for case in cases]
            pieces.append(answering.submit(answered, cases, inputs))
            if len(pieces) >= _AHEAD + at_once:
                yield pieces.popleft().result()
        while pieces:
            yield pieces.popleft().result()
    finally:
        decoding.shutdown(cancel_futures=True)
        answering.shutdown(cancel_futures=True)


def outputs_of_batch(ask: Answerer, card: Card, cases: Sequence[LabelledCase]) -> list[ModelOutput]:
    """Return the model's outputs for one batch, as model_outputs yields them, decoding one image after the other.

    Images of a store are fetched at once.
    """
    if not any(isinstance(case, RemoteCase) for case in cases):
        return _answered(ask, cases, [_input(case, card) for case in cases])
    with ThreadPoolExecutor(min(len(cases), _FETCHED_AT_ONCE)) as pool:
        return _answered(ask, cases, list(pool.map(_input, cases, repeat(card))))


def _decoders(images: LabelledSet) -> int:
    """Return the number of decoding threads: one for an archive, which is read fastest in order, else one per core.

    A store is waited for, so there are some at least.
    """
    if any(isinstance(case, RemoteCase) for case in images.cases):
        return max(_FETCHED_AT_ONCE, os.cpu_count() or 1)
    one_file = len({case.path for case in images.cases[:2]}) < 2
    return 1 if one_file else os.cpu_count() or 1


def _input(case: LabelledCase, card: Card) -> _Prepared:
    """Return the network input (height, width, channels) of a case, or the reason why it is refused."""
    try:
        image = case.image()
        acceptance.check_accepted(card, image)
        return model_input(image, card.input)[0]
    except Refused as refused:
        return Refusal(refused.rule, refused.reason)


def _answered(ask: Answerer, cases: Sequence[LabelledCase], inputs: Sequence[_Prepared]) -> list[ModelOutput]:
    readable = [(one, case) for one, case in zip(inputs, cases, strict=True) if not isinstance(one, Refusal)]
    images = [one for one, _ in readable]
    answers = iter(zip(*ask(np.stack(images), [case for _, case in readable]), strict=True) if readable else ())
    return [one if isinstance(one, Refusal) else ImageAnswer(*next(answers)) for one in inputs]
