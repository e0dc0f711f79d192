"""A network over the films of a labelled set, a few at a time: memory stays constant however many there are."""

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.evaluate.sets.labelled_set import Case, LabelledSet
from meddx.explain.methods.contract import films_at_once
from meddx.imaging.prepare import model_input
from meddx.model import acceptance
from meddx.model.card import Card
from meddx.types import Refusal

_AHEAD = 3
"""Pieces whose films are being decoded or wait for the network."""

Ask = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Network inputs (n, height, width, channels) -> logits (n, labels)."""
Answer = NDArray[np.float32] | Refusal
"""Logits (labels,) of one film, or why there are none."""


def piece_size(card: Card) -> int:
    """Films that go through the network together."""
    return films_at_once(card.input.height, card.input.width)


def answers(
    ask: Ask, card: Card, films: LabelledSet, first: int = 0, before: Callable[[int], None] | None = None
) -> Iterator[list[Answer]]:
    """What the model says of the cases from number `first` on, in order, a piece at a time, the last one shorter.

    Films are decoded on every core while the network works. One that cannot be read, or that the card does not
    accept, is refused in its place. What a film gets depends on its piece alone: where `first` is a multiple of the
    piece's size it gets the same bits, whether the cases before were asked about or not.
    before: called with the number of each film before it is decoded; it may raise Refused to have it left out. Films
        are then decoded one by one, each when the pieces before it are through: slower, but whoever dies of one film
        knows of which.
    """
    size = piece_size(card)
    starts = range(first, len(films), size)
    if before is not None:
        for start in starts:
            numbers = range(start, min(start + size, len(films)))
            yield _answered(ask, [_input(films.cases[number], card, before, number) for number in numbers])
        return
    pieces: deque[list[Future[Answer]]] = deque()
    decoding = ThreadPoolExecutor(_decoders(films), thread_name_prefix="decoding")
    try:
        for start in starts:
            pieces.append([decoding.submit(_input, case, card) for case in films.cases[start : start + size]])
            if len(pieces) >= _AHEAD:
                yield _answered(ask, [one.result() for one in pieces.popleft()])
        while pieces:
            yield _answered(ask, [one.result() for one in pieces.popleft()])
    finally:
        decoding.shutdown(cancel_futures=True)


def _decoders(films: LabelledSet) -> int:
    """One for an archive, whose rows are read fastest in order; else one a core."""
    one_file = len({case.path for case in films.cases[:2]}) < 2
    return 1 if one_file else os.cpu_count() or 1


def _input(case: Case, card: Card, before: Callable[[int], None] = lambda number: None, number: int = 0) -> Answer:
    """The film as the network takes it, (height, width, channels), or why it does not."""
    try:
        before(number)
        film = case.film()
        acceptance.check(card, film)
        return model_input(film, card.input)[0]
    except Refused as refused:
        return Refusal(refused.rule, refused.reason)


def _answered(ask: Ask, inputs: list[Answer]) -> list[Answer]:
    readable = [one for one in inputs if not isinstance(one, Refusal)]
    logits = iter(ask(np.stack(readable)) if readable else ())
    return [one if isinstance(one, Refusal) else next(logits) for one in inputs]
