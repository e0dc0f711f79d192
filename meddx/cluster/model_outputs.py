"""Answer the images of a labelled set on a cluster, some batches a piece, with the numbers of one machine."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache, lru_cache, partial
from itertools import chain

from meddx.cluster.node_model import model_on_node, start_tensorflow_on_node
from meddx.cluster.pieces import Cluster
from meddx.cluster.shared_files import refuse_if_read_here
from meddx.errors import Refused
from meddx.evaluate.batched_inference import Answerer, ModelOutput, batch_size, outputs_of_batch
from meddx.evaluate.model_references import read_model_references
from meddx.evaluate.sets.labelled_set import UNREADABLE_FILE, LabelledCase, LabelledSet
from meddx.imaging.isolated_reading import IsolatedReader
from meddx.model.card import Card
from meddx.types import Image, Refusal

_Batch = Sequence[LabelledCase]
_BATCHES = 4
"""Batches of a piece: enough that handing it over costs little, and few enough that one may be lost."""


def cluster_outputs(
    cluster: Cluster,
    card: Card,
    images: LabelledSet,
    first: int,
    beat: Callable[[], None] = lambda: None,
    *,
    isolated: bool = False,
) -> Iterator[list[ModelOutput]]:
    """Yield what meddx.evaluate.batched_inference.model_outputs yields, computed by the nodes.

    Nodes read the images themselves, under the paths of this machine, and have the model in their own folder of models.
    beat: see Cluster.map. isolated: whether each image is decoded in a process of its own, as those must be that come
    from others. Raises Refused where a node does not see an image that this machine sees, MeddxError where it has
    another model of this name.
    """
    size = batch_size(card)
    batches = [images.cases[start : start + size] for start in range(first, len(images), size)]
    pieces = [batches[start : start + _BATCHES] for start in range(0, len(batches), _BATCHES)]
    answers = cluster.map(partial(_piece_outputs, card.key, isolated), pieces, beat)
    for cases, outputs in zip(batches, chain.from_iterable(answers), strict=True):
        for case, output in zip(cases, outputs, strict=True):
            if isinstance(output, Refusal) and output.rule == UNREADABLE_FILE:
                refuse_if_read_here(case.stored)
        yield outputs


def _piece_outputs(key: str, isolated: bool, batches: Sequence[_Batch]) -> list[list[ModelOutput]]:
    """Return the outputs for some batches, on a node. key: of the model's card."""
    ask, card = _answerer(key)
    if isolated:
        batches = [[replace(case, decode=_decode) for case in batch] for batch in batches]
    return [outputs_of_batch(ask, card, batch) for batch in batches]


@lru_cache(2)
def _answerer(key: str) -> tuple[Answerer, Card]:
    """Return the loaded model, which stays in this process of the node."""
    start_tensorflow_on_node()
    from meddx.evaluate.logits_and_distances import LogitsAndDistances
    from meddx.model.loading import load_model

    installed = model_on_node(key)
    detector = read_model_references(installed.folder, installed.card).statistics
    return LogitsAndDistances(load_model(installed.folder), detector), installed.card


@cache
def _reader() -> IsolatedReader:
    return IsolatedReader()


def _decode(data: bytes, frame: int) -> Image:
    """Decode an image in a process of its own; what takes too long is tried once more, as in an evaluation's job."""
    try:
        return _reader().read(data, frame)
    except Refused as refused:
        if refused.rule != "decoder-hung":
            raise
    return _reader().read(data, frame)
