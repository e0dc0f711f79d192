"""Answer films a piece at a time: on a cluster, and kept in a folder so that whoever is interrupted can go on."""

import argparse
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from meddx.cluster.shared_files import refuse_if_read_here
from meddx.commands.image_places import ImageFile, address
from meddx.errors import Refused
from meddx.kept_pieces import KeptPieces
from meddx.model.card import Card
from meddx.types import JSON

if TYPE_CHECKING:
    from meddx.cluster.pieces import Cluster

Films = Sequence[tuple[ImageFile, str]]
"""Files of images, each with a name of its own."""
Answered = Callable[[Films], Iterator[JSON]]
"""What answers films, in order."""
_PIECE = 16
_ASKED_AT_ONCE = 16
"""Films whose state is asked for at once, which a store takes its time to say."""
_NOT_READ = ("no-such-file", "unreadable-file")


def cluster_answers(cluster: "Cluster", ask: Callable[[Films], list[JSON]], films: Films) -> Iterator[JSON]:
    """Yield the answers for films, in order. ask: done by the nodes, which see the films under the same paths.

    Raises Refused where a node does not see a film that this machine sees.
    """
    answers = chain.from_iterable(cluster.map(ask, _pieces(films)))
    for (film, _), answer in zip(films, answers, strict=True):
        if answer["refused"] and answer["refused"]["rule"] in _NOT_READ:
            refuse_if_read_here(film.read_bytes if isinstance(film, Path) else film.read)
        yield answer


def kept(answered: Answered, films: Films, card: Card, arguments: argparse.Namespace) -> Iterator[JSON]:
    """Yield the answers for films: those in the folder `arguments.keep`, then the missing ones, which are kept there.

    Raises Refused where the folder holds answers to another question; OSError.
    """
    arguments.keep.mkdir(mode=0o700, parents=True, exist_ok=True)
    pieces = KeptPieces(arguments.keep, _plan(films, card, arguments))
    yield from chain.from_iterable(pieces)
    new: list[JSON] = []
    left = films[pieces.count * _PIECE :]
    for number, answer in enumerate(answered(left), start=1):
        new.append(answer)
        if len(new) == _PIECE or number == len(left):
            pieces.keep(new)
            new = []
        yield answer


def _pieces(films: Films) -> list[Films]:
    return [films[start : start + _PIECE] for start in range(0, len(films), _PIECE)]


def _plan(films: Films, card: Card, arguments: argparse.Namespace) -> JSON:
    """Return what decides the answers."""
    digest = hashlib.sha256()
    with ThreadPoolExecutor(_ASKED_AT_ONCE) as pool:
        for (film, _), state in zip(films, pool.map(_state, (film for film, _ in films)), strict=True):
            digest.update(json.dumps([address(film), state]).encode())
    asked = {name: getattr(arguments, name) for name in ("frame", "record", "note", "explain", "check")}
    digest.update(json.dumps(asked).encode())  # a record and a note are a patient's
    return {"card": card.fingerprint, "asked": digest.hexdigest()}


def _state(film: ImageFile) -> tuple[int, int] | str | None:
    """Return what changes when a film does, None for one that is missing, which is refused in its place."""
    try:
        if not isinstance(film, Path):
            return film.state()
        stat = film.stat()
        return stat.st_size, stat.st_mtime_ns
    except (OSError, Refused):
        return None
