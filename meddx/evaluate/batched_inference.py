"""Inference over the images of a labelled set in batches, with memory independent of the number of images."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet
from meddx.explain.methods.explainer import images_at_once
from meddx.imaging.preprocessing import model_input
from meddx.model import acceptance
from meddx.model.card import Card
from meddx.types import Refusal

_AHEAD = 3
"""Batches whose images are being decoded or wait for the network."""

Forward = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Network inputs (n, height, width, channels) -> logits (n, labels)."""


@runtime_checkable
class CaseForward(Protocol):
    """What computes logits from images and from the records and notes of their cases, as fused networks do."""

    def of_cases(self, inputs: NDArray[np.float32], cases: Sequence[LabelledCase]) -> NDArray[np.float32]:
        """Return logits (n, labels) of the network inputs (n, height, width, channels) of these cases."""


IMAGES_AT_ONCE = 32
"""Network inputs that measurements over a whole set hold in memory together."""
ModelOutput = NDArray[np.float32] | Refusal
"""Logits (labels,) of one image, or the reason why there are none."""


def batch_size(card: Card) -> int:
    """Return the number of images that go through the network together."""
    return images_at_once(card.input.height, card.input.width)


def model_outputs(
    ask: Forward | CaseForward,
    card: Card,
    images: LabelledSet,
    first: int = 0,
    before: Callable[[int], None] | None = None,
) -> Iterator[list[ModelOutput]]:
    """Yield the model's outputs for the cases from number `first` on, in order, one batch at a time.

    The last batch may be smaller. Images are decoded on every core while the network works. For an image that cannot be
    read, or that the card does not accept, the output is a Refusal. An output depends on its batch alone: where `first`
    is a multiple of the batch size it is the same to the bit, whether or not the earlier cases were evaluated.
    before: called with the number of each image before it is decoded; it may raise Refused to leave the image out.
        Images are then decoded one by one, each after the previous batches are done: slower, but if the process dies
        on an image, the caller knows which one.
    """
    size = batch_size(card)
    starts = range(first, len(images), size)
    if before is not None:
        for start in starts:
            numbers = range(start, min(start + size, len(images)))
            inputs = [_input(images.cases[number], card, before, number) for number in numbers]
            yield _answered(ask, images.cases[start : start + size], inputs)
        return
    pieces: deque[tuple[int, list[Future[ModelOutput]]]] = deque()

    def answered(start: int, inputs: list[Future[ModelOutput]]) -> list[ModelOutput]:
        return _answered(ask, images.cases[start : start + size], [one.result() for one in inputs])

    decoding = ThreadPoolExecutor(_decoders(images), thread_name_prefix="decoding")
    try:
        for start in starts:
            cases = images.cases[start : start + size]
            pieces.append((start, [decoding.submit(_input, case, card) for case in cases]))
            if len(pieces) >= _AHEAD:
                yield answered(*pieces.popleft())
        while pieces:
            yield answered(*pieces.popleft())
    finally:
        decoding.shutdown(cancel_futures=True)


def _decoders(images: LabelledSet) -> int:
    """Return the number of decoding threads: one for an archive, which is read fastest in order, else one per core."""
    one_file = len({case.path for case in images.cases[:2]}) < 2
    return 1 if one_file else os.cpu_count() or 1


def _input(
    case: LabelledCase, card: Card, before: Callable[[int], None] = lambda number: None, number: int = 0
) -> ModelOutput:
    """Return the network input (height, width, channels) of a case, or the reason why it is refused."""
    try:
        before(number)
        image = case.image()
        acceptance.check_accepted(card, image)
        return model_input(image, card.input)[0]
    except Refused as refused:
        return Refusal(refused.rule, refused.reason)


def _answered(
    ask: Forward | CaseForward, cases: Sequence[LabelledCase], inputs: list[ModelOutput]
) -> list[ModelOutput]:
    readable = [(case, one) for case, one in zip(cases, inputs, strict=True) if not isinstance(one, Refusal)]
    logits = iter(_logits(ask, readable) if readable else ())
    return [one if isinstance(one, Refusal) else next(logits) for one in inputs]


def _logits(
    ask: Forward | CaseForward, readable: list[tuple[LabelledCase, NDArray[np.float32]]]
) -> NDArray[np.float32]:
    images = np.stack([one for _, one in readable])
    return ask.of_cases(images, [case for case, _ in readable]) if isinstance(ask, CaseForward) else ask(images)
