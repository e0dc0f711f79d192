"""Answer inputs by the replicas of a cluster, each image in a pass of its own, with the numbers of one machine.

Does not import TensorFlow: the machine in front asks, and a replica does when it is asked.
"""

import logging
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from meddx.cluster.node_model import model_on_node, start_tensorflow_on_node
from meddx.cluster.node_work import ENDS_THE_PROCESS
from meddx.cluster.replicas import Replicas
from meddx.engine.batching import BatchOutput
from meddx.engine.contract import BACKGROUND_BATCH
from meddx.errors import CardError, MeddxError, Refused

_log = logging.getLogger(__name__)

_Inputs = tuple[NDArray[np.float32], ...]
_MOST_LOADED = 64


def replicas_at(address: str) -> Replicas:
    """Return the replicas of the cluster at an address, each of which loads a model when first asked for it."""
    return Replicas(address, _prepare)


def start_replicas(replicas: Replicas) -> None:
    """Wait until a replica answers, and log that or why none does; whoever asks later tries anew."""
    try:
        replicas.ask(_is_there, None)
    except MeddxError as error:
        _log.warning("no replica of the cluster answers readers yet: %s", error)
    else:
        _log.info("replicas of the cluster answer readers")


class ReplicaAnswers:
    """What a model's replicas answer: used as a meddx.engine.batching.Batcher is.

    An answer depends on nothing but its input: it is that of Service(same_bits=1) to the last bit. What goes wrong
    with the cluster is a CardError: it is about no image, and whoever asks again may have an answer. An image over
    which processes end is Refused.
    """

    def __init__(self, replicas: Replicas, key: str, seen: tuple[str, ...]) -> None:
        """key: of the model's card. seen: layers that its references look at."""
        self._replicas, self._model = replicas, (key, seen)

    def __call__(self, one: NDArray[np.float32], *beside: NDArray[np.float32]) -> BatchOutput:
        """Return the output for one input (height, width, channels) with what the network takes beside it.

        Raises CardError, and Refused.
        """
        return self._ask(tuple(value[np.newaxis] for value in (one, *beside)))[0]

    def in_background(self, inputs: NDArray[np.float32], *beside: NDArray[np.float32]) -> BatchOutput:
        """Return the outputs for inputs (n, height, width, channels), first axis n: a few at a time, by one replica.

        Raises CardError, and Refused.
        """
        parts = [
            answer
            for start in range(0, len(inputs), BACKGROUND_BATCH)
            for answer in self._ask(tuple(value[start : start + BACKGROUND_BATCH] for value in (inputs, *beside)))
        ]
        return tuple(np.stack(part) for part in zip(*parts, strict=True))

    def close(self) -> None:
        """Do nothing: the replicas are of all models."""

    def _ask(self, inputs: _Inputs) -> list[BatchOutput]:
        try:
            return self._replicas.ask(_answers_on_node, (self._model, inputs))
        except MeddxError as error:
            if isinstance(error, Refused) and error.rule == ENDS_THE_PROCESS:  # this is about the image
                raise
            raise CardError(str(error)) from error


def _prepare() -> None:
    """Import TensorFlow, on a node: a replica that takes another's place is there in seconds."""
    start_tensorflow_on_node()


def _is_there(_: None) -> None:
    """Do nothing, on a node."""


def _answers_on_node(asked: tuple[tuple[str, tuple[str, ...]], _Inputs]) -> list[BatchOutput]:
    """Return the outputs of each input, on a node. asked: key of the model's card, seen, and its inputs (n, ...)."""
    (key, seen), inputs = asked
    forward, seen_here = _pass_on_node(key)
    if seen_here != seen:  # they may have been made anew since
        _pass_on_node.cache_clear()
        forward, seen_here = _pass_on_node(key)
    if seen_here != seen:
        raise CardError(
            f"A node of the cluster has other references of model {key.partition(':')[0]} than this machine: give "
            "every node the same folder of models."
        )
    return [
        tuple(part[0] for part in forward(*(value[at : at + 1] for value in inputs))) for at in range(len(inputs[0]))
    ]


@lru_cache(_MOST_LOADED)
def _pass_on_node(key: str) -> tuple[Callable[..., BatchOutput], tuple[str, ...]]:
    """Return a model's pass and what its references look at; both stay in this process of the node."""
    start_tensorflow_on_node()
    from meddx.engine.answer_pass import AnswerPass, run_once
    from meddx.evaluate.model_references import read_model_references
    from meddx.model.loading import load_model

    installed = model_on_node(key)
    loaded = load_model(installed.folder)
    references = read_model_references(installed.folder, installed.card)
    answers = run_once(AnswerPass(loaded, references).by_tensorflow(), loaded, (1,))
    return answers.with_features, references.layers
