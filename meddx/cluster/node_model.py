"""Prepare a process of a node for its pieces: TensorFlow, and the model that the machine in front asks for."""

from functools import cache

from meddx.config import models_dir
from meddx.errors import CardError
from meddx.model.registry import InstalledModel, find_model


@cache
def start_tensorflow_on_node(threads: int = 1) -> None:
    """Import TensorFlow and have it use as many cores as the piece was given."""
    from meddx.model.tensorflow_startup import start_tensorflow_on_cores

    start_tensorflow_on_cores(threads, threads)


def model_on_node(key: str) -> InstalledModel:
    """Return the model with this key (Card.key) in the node's own folder of models.

    Raises CardError where there is none, or another of this name.
    """
    id, _, fingerprint = key.partition(":")
    installed = find_model(models_dir(), id)
    if installed.card.fingerprint != fingerprint:
        raise CardError(
            f"A node of the cluster has another model {id} than this machine: give every node the same folder of "
            "models."
        )
    return installed
